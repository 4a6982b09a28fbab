import type { Clock } from "../../../domain/lead/clock.ts";
import { chainFrames } from "./chain-frames.ts";
import type { EncodedRecord } from "./frame.ts";
import { createGroupCommit } from "./group-commit.ts";
import { logUnavailable } from "./log-faults.ts";
import type { ReadablePartition } from "./read-pieces.ts";
import { openSegmentChain } from "./segment-chain.ts";

export interface PartitionOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly clock: Clock;
}

/** Reads durable records only. */
export interface Partition extends ReadablePartition {
  /** Resolves to the first offset once the records are on disk. */
  append(records: readonly EncodedRecord[]): Promise<number>;
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
      const recent = chain.recentFrames(fromOffset);
      if (recent.length > 0) yield recent;
      else yield* chainFrames({ directory, segments: chain.segments, end: chain.end }, fromOffset);
    },
    onceGrown: (listener) => void listeners.push(listener),
    async close() {
      isClosed = true;
      await commits.idle();
      await chain.close();
    },
  };
}
