import { setImmediate as nextTurn } from "node:timers/promises";
import { type EncodedRecord, recordBytes } from "./frame.ts";
import { logUnavailable } from "./log-faults.ts";

/** So that a frame stays quick to check and a slow disk does not keep thousands of appends in one. */
const GROUP_BYTES = 4 * 1024 * 1024;

export interface GroupCommit {
  append(records: readonly EncodedRecord[]): Promise<number>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
}

interface WaitingAppend {
  readonly records: readonly EncodedRecord[];
  readonly byteLength: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (fault: unknown) => void;
}

/** What is appended while a write is under way waits and shares the next one. `write` resolves to the first offset. */
export function createGroupCommit(write: (records: readonly EncodedRecord[]) => Promise<number>): GroupCommit {
  let waiting: WaitingAppend[] = [];
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    // Appends of the same turn share the first write, too, though each is encoded in a callback of its own.
    await nextTurn();
    while (waiting.length > 0) {
      const group = takeGroup();
      try {
        let offset = await write(group.flatMap(({ records }) => records));
        for (const append of group) {
          append.resolve(offset);
          offset += append.records.length;
        }
      } catch (cause) {
        const fault = logUnavailable("The log could not be written; the records may be lost.", cause);
        for (const append of group) append.reject(fault);
      }
    }
    flushing = undefined;
  }

  function takeGroup(): WaitingAppend[] {
    let byteLength = 0;
    let count = 0;
    for (const append of waiting) {
      byteLength += append.byteLength;
      if (count > 0 && byteLength > GROUP_BYTES) break;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  }

  return {
    append(records) {
      const byteLength = records.reduce((sum, record) => sum + recordBytes(record), 0);
      return new Promise((resolve, reject) => {
        waiting.push({ records, byteLength, resolve, reject });
        flushing ??= flush();
      });
    },
    idle: async () => flushing,
  };
}
