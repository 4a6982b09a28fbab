import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Fault } from "../../../domain/fault.ts";
import type { Clock } from "../../../domain/lead/clock.ts";
import type { ConsumableTopic, CopyTarget } from "../../../ports/log.ts";
import type { Codec } from "../../../wire/codec.ts";
import type { EncodedRecord } from "./frame.ts";
import { readCommitted } from "./group-offsets.ts";
import { type FileGroupReader, openGroupReader } from "./group-reader.ts";
import { logUnavailable } from "./log-faults.ts";
import { type Partition, type PartitionOptions, openPartition } from "./partition.ts";
import { readEntries, readPieces } from "./read-pieces.ts";
import { syncDirectory } from "./sync-directory.ts";

const SEGMENT_BYTES = 64 * 1024 * 1024;
const MAX_APPEND_RECORDS = 1000;

export interface FileTopicOptions<T> {
  /** The data directory, locked by the caller with `lockDataDirectory`. */
  readonly directory: string;
  readonly name: string;
  /** Fixed when the topic is created; opening it with another number is a fault. */
  readonly partitionCount: number;
  readonly codec: Codec<T>;
  readonly clock: Clock;
  /** Told of every throw of a `handle` and every commit or read that failed; all are tried again. */
  readonly onFault?: (error: unknown) => void;
  /** Default 64 MiB. */
  readonly segmentBytes?: number;
}

export interface FileTopic<T> extends ConsumableTopic<T>, CopyTarget {
  /** Ends its group readers, waits for the appends under way, closes the files. */
  close(): Promise<void>;
}

/** A topic in `<directory>/<name>`: a folder of segments for each partition, and the committed positions of groups. */
export async function createFileTopic<T>(options: FileTopicOptions<T>): Promise<FileTopic<T>> {
  const { name, partitionCount, codec, clock, segmentBytes = SEGMENT_BYTES } = options;
  const folder = join(options.directory, name);
  const groupFolder = join(folder, "groups");
  await mkdir(groupFolder, { recursive: true });
  await fixPartitionCount(folder, options);
  const partitions = await openAll(
    Array.from({ length: partitionCount }, (_, index) => ({
      directory: join(folder, String(index)),
      segmentBytes,
      clock,
    })),
  );
  // New folders count only once their names are durable, too.
  await syncDirectory(folder);
  await syncDirectory(options.directory);
  const readers = new Map<string, FileGroupReader>();
  const offsetsFile = (group: string) => join(groupFolder, `${encodeURIComponent(group)}.offsets`);

  function partitionAt(index: number): Partition {
    const partition = partitions[index];
    if (partition === undefined) {
      throw logUnavailable(`${name} has ${partitionCount} partitions; there is no partition ${index}.`);
    }
    return partition;
  }

  return {
    name,
    partitionCount,
    async append(partition, values) {
      // What is appended was long in the making: others are heard before it is encoded.
      await nextTurn();
      return appendRecords(partitionAt(partition), encodeAll(codec, values));
    },
    appendCopy: async (partition, { key, bytes }) => partitionAt(partition).append([{ key, value: bytes }]),
    endOffset: async (partition) => partitionAt(partition).endOffset(),
    readRange: (partition, fromOffset, toOffset) =>
      readEntries(partitionAt(partition), codec, { fromOffset, toOffset }),
    async consume({ group, wants, gatherMs, handle }) {
      // A second member in one process would only take work from the first.
      if (readers.has(group)) throw new Error(`${name} is already consumed by the group ${group}.`);
      const reader = await openGroupReader<T>({
        file: offsetsFile(group),
        partitions,
        read: (partition, range) => readPieces(partitionAt(partition), codec, { ...range, wants }),
        gatherMs,
        handle,
        onFault: options.onFault ?? (() => undefined),
        onClosed: () => readers.delete(group),
      });
      readers.set(group, reader);
      return reader;
    },
    async committedOffsets(group) {
      const reader = readers.get(group);
      const committed = reader?.committed ?? (await readCommitted(offsetsFile(group)));
      return partitions.map((_, partition) => committed(partition));
    },
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.close()));
      await Promise.all(partitions.map((partition) => partition.close()));
    },
  };
}

/** All of them, or none is left open. */
async function openAll(wanted: readonly PartitionOptions[]): Promise<Partition[]> {
  const results = await Promise.allSettled(wanted.map(openPartition));
  const partitions = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return partitions;
  await Promise.all(partitions.map((partition) => partition.close()));
  throw failure.reason;
}

function appendRecords(partition: Partition, records: readonly EncodedRecord[]): Promise<number> {
  if (records.length > 0 && records.length <= MAX_APPEND_RECORDS) return partition.append(records);
  throw new RangeError(`An append has 1 to ${MAX_APPEND_RECORDS} records, not ${records.length}.`);
}

function encodeAll<T>(codec: Codec<T>, values: readonly T[]): readonly EncodedRecord[] {
  return values.map((value) => ({ key: codec.key(value), value: codec.encode(value) }));
}

/** A record's partition follows from their number, so that number is written down before the first partition is made. */
async function fixPartitionCount<T>(folder: string, { name, partitionCount }: FileTopicOptions<T>): Promise<void> {
  const file = join(folder, "topic.json");
  try {
    const known = JSON.parse(await readFile(file, "utf8")) as { readonly partitionCount: number };
    if (known.partitionCount === partitionCount) return;
    const message = `${name} in ${folder} has ${known.partitionCount} partitions, but ${partitionCount} are configured.`;
    throw new Fault("CONFIG_INVALID", message, { at: file });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  await writeFile(`${file}.draft`, JSON.stringify({ partitionCount }), { flush: true });
  await rename(`${file}.draft`, file);
}
