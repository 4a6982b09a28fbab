import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import type {
  Batch,
  BatchVerdict,
  ConsumableTopic,
  ConsumeOptions,
  Entry,
  GroupReader,
} from "../../services/core/ports/log.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";

const codec = createLogRecordCodec();

/** What a test puts into a log: a record, or bytes that nobody can read. */
export type LogItem = LogRecord | "poison";

/**
 * A decision log in an array, for tests that must say which batches are delivered, and when again. It keeps no group
 * offset: `deliver` is called by the test.
 */
export interface ArrayTopic extends ConsumableTopic<LogRecord> {
  put(partition: number, items: readonly LogItem[]): void;
  /** Hands `[fromOffset, toOffset)` to the consumer as one batch. */
  deliver(
    partition: number,
    range: readonly [number, number],
    batch?: Partial<Batch<LogRecord>>,
  ): Promise<BatchVerdict>;
}

export function createArrayTopic(partitionCount: number): ArrayTopic {
  const partitions = Array.from({ length: partitionCount }, (): Entry<LogRecord>[] => []);
  let handle: ConsumeOptions<LogRecord>["handle"] | undefined;

  function at(partition: number): Entry<LogRecord>[] {
    const entries = partitions[partition];
    if (entries === undefined) throw new Error(`There is no partition ${partition}.`);
    return entries;
  }

  function put(partition: number, items: readonly LogItem[]): void {
    const entries = at(partition);
    for (const item of items) entries.push(entryOf(item, entries.length));
  }

  return {
    name: "fairlead.decisions.v1",
    partitionCount,
    put,
    async append(partition, values) {
      const first = at(partition).length;
      put(partition, values);
      return first;
    },
    endOffset: async (partition) => at(partition).length,
    async *readRange(partition, fromOffset, toOffset) {
      const entries = at(partition).slice(fromOffset, toOffset);
      for (let begin = 0; begin < entries.length; begin += 700) yield entries.slice(begin, begin + 700);
    },
    committedOffsets: () => Promise.resolve(partitions.map(() => 0)),
    async consume(options): Promise<GroupReader> {
      handle = options.handle;
      return { close: () => Promise.resolve() };
    },
    async deliver(partition, [fromOffset, toOffset], batch = {}) {
      if (handle === undefined) throw new Error("Nobody consumes this topic.");
      const entries = at(partition).slice(fromOffset, toOffset);
      return handle({
        partition,
        entries,
        endOffset: at(partition).length,
        stillOwned: () => true,
        heartbeat: () => Promise.resolve(),
        ...batch,
      });
    },
  };
}

function entryOf(item: LogItem, offset: number): Entry<LogRecord> {
  const place = { offset, appendedAtMs: 1_000 + offset };
  if (item !== "poison") return { ...place, key: null, bytes: codec.encode(item), kind: "value", value: item };
  return { ...place, kind: "poison", key: null, bytes: Uint8Array.of(0xff), code: "RECORD_UNDECODABLE", at: "/" };
}
