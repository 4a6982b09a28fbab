import type { EachBatchPayload } from "kafkajs";

/** Stores how far a group has come in each partition. */
export interface OffsetCommits {
  /** Everything up to and with the offset is done. Rejects if the coordinator does not store it. */
  commit(payload: EachBatchPayload, lastOffset: number): Promise<void>;
  /** Sends what waits. Resolves when all of it is stored or refused. */
  flush(): Promise<void>;
  /** Forgets what waits: its partitions may be another member's by now, and further on. */
  drop(): void;
}

/** What goes with the next request. */
interface Waiting {
  /** Of the last delivery. It holds a whole fetch. */
  payload: EachBatchPayload;
  /** By partition. */
  readonly lastOffsets: Map<number, number>;
  readonly stored: PromiseWithResolvers<void>;
  readonly timer: NodeJS.Timeout;
  isDue: boolean;
}

/**
 * A request has the offsets of all partitions: the coordinator writes a record and answers for each request, which costs
 * it more than a fetch. A partition's offset is sent with the end of the turn of the event loop, unless one of it was sent
 * less than `everyMs` ago; then within that time.
 *
 * So a process that dies soon after its start has stored what it did first, and the next one gets further: whoever counts what
 * a record kills depends on it.
 */
export function createOffsetCommits(topic: string, everyMs: number): OffsetCommits {
  const sentAtMs = new Map<number, number>();
  let waiting: Waiting | undefined;
  let settled: Promise<void> = Promise.resolve();

  function startWaiting(payload: EachBatchPayload): Waiting {
    const timer = setTimeout(sendWaiting, everyMs).unref();
    return { payload, lastOffsets: new Map(), stored: Promise.withResolvers(), timer, isDue: false };
  }

  function sendWaiting(): void {
    if (waiting === undefined) return;
    const { payload, lastOffsets, stored, timer } = waiting;
    waiting = undefined;
    clearTimeout(timer);
    const nowMs = performance.now();
    for (const partition of lastOffsets.keys()) sentAtMs.set(partition, nowMs);
    stored.resolve(send(payload, topic, lastOffsets));
    settled = Promise.allSettled([settled, stored.promise]).then(() => undefined);
  }

  return {
    commit(payload, lastOffset) {
      const { partition } = payload.batch;
      waiting ??= startWaiting(payload);
      waiting.payload = payload;
      waiting.lastOffsets.set(partition, lastOffset);
      if (!waiting.isDue && performance.now() - (sentAtMs.get(partition) ?? -Infinity) >= everyMs) {
        waiting.isDue = true;
        setImmediate(sendWaiting);
      }
      return waiting.stored.promise;
    },
    flush() {
      sendWaiting();
      return settled;
    },
    drop() {
      sentAtMs.clear();
      clearTimeout(waiting?.timer);
      waiting?.stored.resolve();
      waiting = undefined;
    },
  };
}

function send(payload: EachBatchPayload, topic: string, lastOffsets: ReadonlyMap<number, number>): Promise<void> {
  const partitions = Array.from(lastOffsets, ([partition, last]) => ({ partition, offset: String(last + 1) }));
  return payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
}
