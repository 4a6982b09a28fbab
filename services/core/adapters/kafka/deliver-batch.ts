import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import type { Batch, BatchVerdict, ConsumeOptions, Entry } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { createCommitOffsets } from "./commit-offsets.ts";
import { decodeRecord } from "./decode-record.ts";
import type { Membership } from "./membership.ts";

const MAX_BATCH_ENTRIES = 500;
const RETRY_AFTER_FAULT_MS = 1000;
const DONE: BatchVerdict = { kind: "commit" };

export interface BatchDeliveryOptions<T> {
  readonly topic: string;
  readonly codec: Codec<T>;
  readonly wants: ConsumeOptions<T>["wants"];
  readonly handle: ConsumeOptions<T>["handle"];
  readonly onFault: (error: unknown) => void;
  readonly membership: Membership;
}

export interface BatchDelivery {
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** Forgets the partitions that wait for a retry. */
  stop(): void;
}

/** kafkajs' own errors: it rejoins or reconnects when it sees them, so they go back to it. */
class ClientError extends Error {}

/**
 * Delivers a fetched batch in pieces of 500. `eachBatch` rejects with nothing but kafkajs' own errors: after a TypeError or
 * RangeError it would never consume again.
 */
export function createBatchDelivery<T>(options: BatchDeliveryOptions<T>): BatchDelivery {
  const { topic, handle, onFault, membership } = options;
  const commitOffsets = createCommitOffsets(topic);
  /** The last offset of a batch that is to be delivered again as it was, by partition. */
  const retried = new Map<number, number>();
  const timers = new Set<NodeJS.Timeout>();

  async function commit(payload: EachBatchPayload, lastOffset: number): Promise<void> {
    await accepted(membership, commitOffsets(payload, lastOffset));
    payload.resolveOffset(String(lastOffset));
    retried.delete(payload.batch.partition);
  }

  /** Nothing is resolved, so after the pause kafkajs fetches from the same offset. */
  function retryLater(payload: EachBatchPayload, afterMs: number): void {
    const resume = payload.pause();
    const timer = setTimeout(() => {
      timers.delete(timer);
      resume();
    }, afterMs);
    timers.add(timer);
  }

  async function deliver(payload: EachBatchPayload): Promise<void> {
    const { partition, messages } = payload.batch;
    for (let start = 0; start < messages.length;) {
      if (!membership.isMember() || payload.isStale() || !payload.isRunning()) return;
      const piece = pieceOf(messages, start, retried.get(partition));
      const lastOffset = Number(piece.at(-1)?.offset);
      const entries = decodeWanted(options, piece);
      const verdict = entries.length === 0 ? DONE : await handle(batchOf(payload, entries, membership));
      if (!membership.isMember()) return;
      if (verdict.kind === "retry") {
        retried.set(partition, lastOffset);
        retryLater(payload, verdict.afterMs);
        return;
      }
      await commit(payload, lastOffset);
      await accepted(membership, payload.heartbeat());
      start += piece.length;
    }
  }

  return {
    async eachBatch(payload) {
      try {
        await deliver(payload);
      } catch (error) {
        if (error instanceof ClientError && isKafkajsError(error.cause)) throw error.cause;
        onFault(error);
        retryLater(payload, RETRY_AFTER_FAULT_MS);
      }
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function batchOf<T>(payload: EachBatchPayload, entries: readonly Entry<T>[], membership: Membership): Batch<T> {
  const { partition, highWatermark } = payload.batch;
  return {
    partition,
    entries,
    endOffset: Number(highWatermark),
    stillOwned: () => membership.isMember() && !payload.isStale(),
    heartbeat: () => accepted(membership, payload.heartbeat()),
  };
}

function isKafkajsError(error: unknown): error is Error {
  return error instanceof Error && error.name.startsWith("KafkaJS");
}

async function accepted(membership: Membership, answer: Promise<void>): Promise<void> {
  try {
    await answer;
  } catch (cause) {
    membership.noteRefusal(cause);
    throw new ClientError("The coordinator did not accept it.", { cause });
  }
}

/** Up to 500 messages, or those up to the end of a batch that is delivered again. */
function pieceOf(
  messages: readonly KafkaMessage[],
  start: number,
  retriedTo: number | undefined,
): readonly KafkaMessage[] {
  const piece = messages.slice(start, start + MAX_BATCH_ENTRIES);
  if (retriedTo === undefined) return piece;
  const same = piece.filter(({ offset }) => Number(offset) <= retriedTo);
  return same.length > 0 ? same : piece;
}

/** A tombstone can't be asked about: nobody writes one, so whoever reads it must hear of it. */
function decodeWanted<T>(
  { codec, wants }: Pick<BatchDeliveryOptions<T>, "codec" | "wants">,
  messages: readonly KafkaMessage[],
): readonly Entry<T>[] {
  const wanted = wants === undefined ? messages : messages.filter(({ value }) => value === null || wants(value));
  return wanted.map((message) => decodeRecord(codec, rawRecord(message)));
}

function rawRecord({ offset, timestamp, key, value }: KafkaMessage) {
  return { offset: Number(offset), appendedAtMs: Number(timestamp), key, value };
}
