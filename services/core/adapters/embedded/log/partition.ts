import type { Clock } from "../../../domain/lead/clock.ts";
import type { EncodedRecord, Frame } from "./frame.ts";
import { createGroupCommit } from "./group-commit.ts";
import { logCorrupt, logUnavailable } from "./log-faults.ts";
import { nearestFrame, readFrames } from "./segment.ts";
import { openSegmentChain } from "./segment-chain.ts";

export interface PartitionOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly clock: Clock;
}

export interface Partition {
  /** Resolves to the first offset once the records are on disk. */
  append(records: readonly EncodedRecord[]): Promise<number>;
  /** Counts durable records only. */
  endOffset(): number;
  /** Frames that hold the durable records from `fromOffset` on; the first may start before it. */
  frames(fromOffset: number): AsyncGenerator<Frame[]>;
  /** Calls back once, when the end has moved. */
  onceGrown(listener: () => void): void;
  close(): Promise<void>;
}

export async function openPartition({ directory, segmentBytes, clock }: PartitionOptions): Promise<Partition> {
  const chain = await openSegmentChain({ directory, segmentBytes });
  let isClosed = false;
  let listeners: (() => void)[] = [];

  const commits = createGroupCommit(async (records) => {
    const offset = await chain.write(records, clock());
    const grown = listeners;
    listeners = [];
    for (const listener of grown) listener();
    return offset;
  });

  return {
    append: (records) => (isClosed ? Promise.reject(logUnavailable("The log is closed.")) : commits.append(records)),
    endOffset: () => chain.end().offset,
    async *frames(fromOffset) {
      let offset = fromOffset;
      while (offset < chain.end().offset) {
        const index = chain.segments.findLastIndex(({ baseOffset }) => baseOffset <= offset);
        const segment = chain.segments[index];
        if (segment === undefined) throw logCorrupt(directory, 0, `no segment with record ${offset}`);
        const nextBase = chain.segments[index + 1]?.baseOffset;
        const endPosition = nextBase === undefined ? chain.end().position : (await segment.handle.stat()).size;
        for await (const frames of readFrames(segment, nearestFrame(segment, offset), endPosition)) {
          const last = frames.at(-1);
          if (last !== undefined) offset = Math.max(offset, last.baseOffset + last.count);
          yield frames;
        }
        if (nextBase !== undefined && offset !== nextBase) {
          throw logCorrupt(segment.file, endPosition, `records ${offset} to ${nextBase} are missing`);
        }
      }
    },
    onceGrown: (listener) => void listeners.push(listener),
    async close() {
      isClosed = true;
      await commits.idle();
      await chain.close();
    },
  };
}
