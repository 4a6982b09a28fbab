import { setTimeout as delay } from "node:timers/promises";
import type { EachBatchPayload } from "kafkajs";
import type { Batch, BatchVerdict, ConsumeOptions, Entry } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { commitAtOnce, commitNowAndThen } from "./commit-offsets.ts";
import { decodeRecord } from "./decode-record.ts";
import type { BatchMessage } from "./fetch-response.ts";
import { FetchedRecords } from "./fetched-records.ts";
import { createGroupOffsets } from "./group-offsets.ts";
import type { Membership } from "./membership.ts";

const MAX_BATCH_ENTRIES = 500;
const RETRY_AFTER_FAULT_MS = 1000;
const DONE: BatchVerdict = { kind: "commit" };

export interface BatchDeliveryOptions<T> extends Omit<ConsumeOptions<T>, "group"> {
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
  const { topic, codec, wants, handle, onFault, membership, gatherMs = 0 } = options;
  const commits = options.keepsPlace === true ? commitNowAndThen(topic) : commitAtOnce(topic);
  const offsets = createGroupOffsets(commits, membership);
  /** The last offset of a batch that is to be delivered again as it was, by partition. */
  const retried = new Map<number, number>();
  const timers = new Set<NodeJS.Timeout>();

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
    const refusal = offsets.takeRefusal(payload.batch.partition);
    if (refusal !== undefined) throw new ClientError("The coordinator did not store an offset.", { cause: refusal });
    const fetched = fetchedRecords(payload, wants);
    while (!fetched.atEnd) if (!(await deliverPiece(payload, fetched))) return;
  }

  /** False if what follows has to wait, or is for another member. */
  async function deliverPiece(payload: EachBatchPayload, fetched: FetchedRecords): Promise<boolean> {
    const { partition } = payload.batch;
    if (!membership.isMember() || payload.isStale() || !payload.isRunning()) return false;
    const { records, ...range } = fetched.take(MAX_BATCH_ENTRIES, retried.get(partition));
    const entries = records.map((record) => decodeRecord(codec, record));
    const verdict = entries.length === 0 ? DONE : await handle(batchOf(payload, entries, membership));
    if (!membership.isMember()) return false;
    if (verdict.kind === "retry") {
      retried.set(partition, range.lastOffset);
      retryLater(payload, verdict.afterMs);
      return false;
    }
    retried.delete(partition);
    offsets.done(payload, range);
    await accepted(membership, payload.heartbeat());
    return true;
  }

  return {
    async eachBatch(payload) {
      const startedMs = performance.now();
      try {
        await deliver(payload);
      } catch (error) {
        if (error instanceof ClientError && isKafkajsError(error.cause)) throw error.cause;
        onFault(error);
        retryLater(payload, RETRY_AFTER_FAULT_MS);
      }
      // It leaves the group when this is done.
      if (!payload.isRunning()) return offsets.flush();
      // And fetches again when all batches of the last fetch are.
      const leftMs = startedMs + gatherMs - performance.now();
      if (leftMs > 0) await delay(leftMs);
    },
    rejoined: offsets.rejoined,
    flush: offsets.flush,
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
