import { setTimeout as delay } from "node:timers/promises";
import type { EachBatchPayload } from "kafkajs";
import type { Batch, BatchVerdict, ConsumeOptions, Entry } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { createOffsetCommits } from "./commit-offsets.ts";
import { decodeRecord } from "./decode-record.ts";
import type { BatchMessage } from "./fetch-response.ts";
import { FetchedRecords } from "./fetched-records.ts";
import { createGroupOffsets } from "./group-offsets.ts";
import type { Membership } from "./membership.ts";

const MAX_BATCH_ENTRIES = 500;
const RETRY_AFTER_FAULT_MS = 1000;
/** What was done in the last of them may be done again after a crash. */
const STORE_EVERY_MS = 50;
const STORE_HINTS_EVERY_MS = 1000;
const DONE: BatchVerdict = { kind: "commit" };

export interface BatchDeliveryOptions<T> extends Omit<ConsumeOptions<T>, "group" | "link"> {
  readonly topic: string;
  readonly codec: Codec<T>;
  readonly onFault: (error: unknown) => void;
  readonly membership: Membership;
}

export interface BatchDelivery {
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** To be told when the member has joined the group anew. */
  rejoined(): void;
  /** Resolves when all offsets are stored, or refused. */
  flush(): Promise<void>;
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
  const { topic, codec, wants, handle, onFault, membership, gatherMs = () => 0 } = options;
  const isHint = options.keepsPlace === true;
  const commits = createOffsetCommits(topic, isHint ? STORE_HINTS_EVERY_MS : STORE_EVERY_MS);
  const offsets = createGroupOffsets(commits, membership, { isHint });
  /** The last offset of a batch that is to be delivered again as it was, by partition. */
  const retried = new Map<number, number>();
  const pauses = createPauses();

  /** Resolves to the number of records that were delivered. */
  async function deliver(payload: EachBatchPayload): Promise<number> {
    const refusal = offsets.takeRefusal(payload.batch.partition);
    if (refusal !== undefined) throw new ClientError("The coordinator did not store an offset.", { cause: refusal });
    const fetched = fetchedRecords(payload, wants);
    let delivered = 0;
    while (!fetched.atEnd) {
      const records = await deliverPiece(payload, fetched);
      if (records === null) break;
      delivered += records;
    }
    return delivered;
  }

  /** The number of its records; null if what follows has to wait, or is for another member. */
  async function deliverPiece(payload: EachBatchPayload, fetched: FetchedRecords): Promise<number | null> {
    const { partition } = payload.batch;
    if (!membership.isMember() || payload.isStale() || !payload.isRunning()) return null;
    const { records, ...range } = fetched.take(MAX_BATCH_ENTRIES, retried.get(partition));
    const entries = records.map((record) => decodeRecord(codec, record));
    const verdict = entries.length === 0 ? DONE : await handle(batchOf(payload, entries, membership));
    if (!membership.isMember()) return null;
    if (verdict.kind === "retry") {
      retried.set(partition, range.lastOffset);
      pauses.retryLater(payload, verdict.afterMs);
      return null;
    }
    retried.delete(partition);
    offsets.done(payload, range);
    await accepted(membership, payload.heartbeat());
    return records.length;
  }

  return {
    async eachBatch(payload) {
      const startedMs = performance.now();
      let delivered = 0;
      try {
        delivered = await deliver(payload);
      } catch (error) {
        if (error instanceof ClientError && isKafkajsError(error.cause)) throw error.cause;
        onFault(error);
        pauses.retryLater(payload, RETRY_AFTER_FAULT_MS);
      }
      // It leaves the group when this is done.
      if (!payload.isRunning()) return offsets.flush();
      // And fetches again when all batches of the last fetch are.
      const leftMs = startedMs + gatherMs(delivered) - performance.now();
      if (leftMs > 0) await delay(leftMs);
    },
    rejoined: offsets.rejoined,
    flush: offsets.flush,
    stop: pauses.stop,
  };
}

/** Of partitions: nothing is resolved, so after the pause kafkajs fetches from the same offset. */
function createPauses() {
  const timers = new Set<NodeJS.Timeout>();
  return {
    retryLater(payload: EachBatchPayload, afterMs: number): void {
      const resume = payload.pause();
      const timer = setTimeout(() => {
        timers.delete(timer);
        resume();
      }, afterMs);
      timers.add(timer);
    },
    stop(): void {
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

/** What kafkajs takes for messages are record batches (fetch-response.ts); it has the offset that it asked for, untyped. */
export function fetchedRecords<T>({ batch }: EachBatchPayload, wants: ConsumeOptions<T>["wants"]): FetchedRecords {
  const { messages, fetchedOffset } = batch as unknown as FetchedPartition;
  const batches = messages.map((message) => message.batch);
  return new FetchedRecords(batches, { fromOffset: Number(fetchedOffset), wants });
}

interface FetchedPartition {
  readonly messages: readonly BatchMessage[];
  readonly fetchedOffset: string;
}
