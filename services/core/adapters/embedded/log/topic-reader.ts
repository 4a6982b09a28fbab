import { join } from "node:path";
import type { Topic } from "../../../ports/log.ts";
import type { Codec } from "../../../wire/codec.ts";
import { chainFrames } from "./chain-frames.ts";
import { logUnavailable } from "./log-faults.ts";
import { type ReadablePartition, readEntries } from "./read-pieces.ts";
import { openPresentSegments } from "./segment-chain.ts";

export interface TopicReaderOptions<T> {
  readonly directory: string;
  readonly name: string;
  readonly codec: Codec<T>;
  /** By partition: records that the writer knew to be durable before this reader was opened. */
  readonly ends: readonly number[];
}

export interface TopicReader<T> extends Pick<Topic<T>, "partitionCount" | "endOffset" | "readRange"> {
  close(): Promise<void>;
}

/** Reads what stands in a file topic while another thread of the process that holds its lock writes on. Changes nothing. */
export async function openTopicReader<T>({
  directory,
  name,
  codec,
  ends,
}: TopicReaderOptions<T>): Promise<TopicReader<T>> {
  const partitions = await Promise.all(
    ends.map((end, partition) => openPartitionReader(join(directory, name, String(partition)), end)),
  );

  function partitionAt(index: number): ReadablePartition {
    const partition = partitions[index];
    if (partition === undefined) throw logUnavailable(`${name} has no partition ${index}.`);
    return partition;
  }

  return {
    partitionCount: partitions.length,
    endOffset: async (partition) => partitionAt(partition).endOffset(),
    readRange: (partition, fromOffset, toOffset) =>
      readEntries(partitionAt(partition), codec, { fromOffset, toOffset }),
    async close() {
      await Promise.all(partitions.map(({ close }) => close()));
    },
  };
}

async function openPartitionReader(directory: string, endOffset: number) {
  const segments = await openPresentSegments(directory, "r");
  // Behind the end there may be a frame that is being written. Nobody reads on once the last record before it was read.
  const position = (await segments.at(-1)?.handle.stat())?.size ?? 0;
  const end = { offset: endOffset, position };
  return {
    endOffset: () => endOffset,
    frames: (fromOffset: number) => chainFrames({ directory, segments, end: () => end }, fromOffset),
    close: async () => void (await Promise.all(segments.map(({ handle }) => handle.close()))),
  };
}
