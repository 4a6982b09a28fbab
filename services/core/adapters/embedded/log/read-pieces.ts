import { Fault } from "../../../domain/fault.ts";
import type { ConsumeOptions, Entry } from "../../../ports/log.ts";
import type { Codec } from "../../../wire/codec.ts";
import { type Frame, frameRecords } from "./frame.ts";
import { logUnavailable } from "./log-faults.ts";
import type { OffsetRange } from "./offset-range.ts";

const MAX_BATCH_ENTRIES = 500;

/** A part of the log, read. */
export interface Piece<T> {
  /** Up to 500; none if nobody wants what is there. */
  readonly entries: readonly Entry<T>[];
  /** Behind the part. */
  readonly nextOffset: number;
}

/** What can be read of a partition. */
export interface ReadablePartition {
  endOffset(): number;
  /** Frames that hold the records from `fromOffset` on; the first may start before it. */
  frames(fromOffset: number): AsyncGenerator<Frame[]>;
}

type WantedRange<T> = OffsetRange & Pick<ConsumeOptions<T>, "wants">;

/** Reads `[fromOffset, toOffset)`, or up to the end of the log if that comes before. */
export async function* readPieces<T>(
  partition: ReadablePartition,
  codec: Codec<T>,
  { fromOffset, toOffset, wants }: WantedRange<T>,
): AsyncGenerator<Piece<T>> {
  const end = Math.min(toOffset, partition.endOffset());
  if (fromOffset >= end) return;
  try {
    for await (const frames of partition.frames(fromOffset)) {
      let entries: Entry<T>[] = [];
      for (const entry of decodeFrames(frames, codec, { fromOffset, toOffset: end, wants })) {
        entries.push(entry);
        if (entries.length < MAX_BATCH_ENTRIES) continue;
        yield { entries, nextOffset: entry.offset + 1 };
        entries = [];
      }
      const last = frames.at(-1);
      const nextOffset = last === undefined ? fromOffset : Math.min(last.baseOffset + last.count, end);
      if (nextOffset > fromOffset) yield { entries, nextOffset };
      if (nextOffset >= end) return;
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : logUnavailable("The log could not be read.", cause);
  }
}

/** The same without the bookkeeping, for those who want all. */
export async function* readEntries<T>(
  partition: ReadablePartition,
  codec: Codec<T>,
  range: OffsetRange,
): AsyncGenerator<readonly Entry<T>[]> {
  for await (const { entries } of readPieces(partition, codec, range)) if (entries.length > 0) yield entries;
}

function* decodeFrames<T>(
  frames: readonly Frame[],
  codec: Codec<T>,
  { fromOffset, toOffset, wants }: WantedRange<T>,
): Generator<Entry<T>> {
  for (const frame of frames) {
    let offset = frame.baseOffset;
    for (const { key, value } of frameRecords(frame)) {
      if (offset >= fromOffset && offset < toOffset && (wants === undefined || wants(value))) {
        const place = { offset, appendedAtMs: frame.appendedAtMs, key, bytes: value };
        const decoded = codec.decode(value);
        yield decoded.ok
          ? { ...place, kind: "value", value: decoded.value }
          : { ...place, kind: "poison", code: decoded.code, at: decoded.at };
      }
      offset += 1;
    }
  }
}
