import type { EachBatchPayload } from "kafkajs";

/** Stores how far a group has come in each partition. */
export interface OffsetCommits {
  /** Everything up to and with the offset is done. Rejects if the coordinator does not store it. */
  commit(payload: EachBatchPayload, lastOffset: number): Promise<void>;
  /** Resolves when all of them are stored or refused. */
  flush(): Promise<void>;
}

/**
 * At once, those of all partitions whose batches end in one turn of the event loop with one request: the batches of a fetch
 * end together, and the coordinator writes a record and answers for each request.
 */
export function commitAtOnce(topic: string): OffsetCommits {
  let open: { readonly gathered: Gathered; readonly stored: Promise<void> } | undefined;
  let settled: Promise<void> = Promise.resolve();

  function openRequest(payload: EachBatchPayload) {
    const gathered: Gathered = new Map();
    const stored = new Promise<void>((resolve) => {
      setImmediate(resolve);
    }).then(() => {
      open = undefined;
      return send(payload, topic, gathered);
    });
    settled = Promise.allSettled([settled, stored]).then(() => undefined);
    return { gathered, stored };
  }

  return {
    commit(payload, lastOffset) {
      open ??= openRequest(payload);
      open.gathered.set(payload.batch.partition, lastOffset);
      return open.stored;
    },
    flush: () => settled,
  };
}

const STORE_EVERY_MS = 1000;

/**
 * Once a second, for readers to whom it is no more than a hint. Nobody waits for it, and a refusal changes nothing: the
 * next heartbeat hears of whatever was behind it.
 */
export function commitNowAndThen(topic: string): OffsetCommits {
  const gathered: Gathered = new Map();
  let last: EachBatchPayload | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (last === undefined) return;
    const sending = send(last, topic, gathered).catch(() => undefined);
    // It holds a whole fetch.
    last = undefined;
    gathered.clear();
    await sending;
  }

  return {
    commit(payload, lastOffset) {
      last = payload;
      gathered.set(payload.batch.partition, lastOffset);
      timer ??= setTimeout(() => void flush(), STORE_EVERY_MS).unref();
      return Promise.resolve();
    },
    flush,
  };
}

/** Last offset that is done, by partition. */
type Gathered = Map<number, number>;

function send(payload: EachBatchPayload, topic: string, gathered: Gathered): Promise<void> {
  const partitions = Array.from(gathered, ([partition, last]) => ({ partition, offset: String(last + 1) }));
  return payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
}
