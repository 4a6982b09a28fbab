import { mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type EncodedRecord, encodeFrame, type Frame, frameOf } from "./frame.ts";
import { logCorrupt } from "./log-faults.ts";
import { createRecentFrames } from "./recent-frames.ts";
import { type FramePlace, type Segment, noteFrame, openSegment } from "./segment.ts";
import { scanTail, segmentBaseOffset, segmentFileName } from "./segment.ts";
import { syncDirectory } from "./sync-directory.ts";

export interface SegmentChainOptions {
  readonly directory: string;
  readonly segmentBytes: number;
}

/** The segments of a partition, of which only the last is written. */
export interface SegmentChain {
  readonly segments: readonly Segment[];
  /** Where the next frame goes: everything before it is durable. */
  end(): FramePlace;
  /** Writes one frame and resolves to its first offset. One call at a time. */
  write(records: readonly EncodedRecord[], appendedAtMs: number): Promise<number>;
  /** The frames from the one with `offset` to the end, if they are still in memory; else none. */
  recentFrames(offset: number): Frame[];
  close(): Promise<void>;
}

export async function openSegmentChain({ directory, segmentBytes }: SegmentChainOptions): Promise<SegmentChain> {
  const segments = await openSegments(directory);
  let active = lastOf(segments);
  const recent = createRecentFrames();
  const closeAll = async () => void (await Promise.all(segments.map(({ handle }) => handle.close())));
  let end = await scanTail(active).catch(async (fault: unknown) => {
    await closeAll();
    throw fault;
  });
  // Bytes behind the durable end: the torn end of the last run, or a failed write of this one.
  let hasDebris = (await active.handle.stat()).size > end.position;
  if (hasDebris) await cutDebris();

  async function cutDebris(): Promise<void> {
    await active.handle.truncate(end.position);
    await active.handle.datasync();
    hasDebris = false;
  }

  return {
    segments,
    end: () => end,
    async write(records, appendedAtMs) {
      if (hasDebris) await cutDebris();
      if (end.position >= segmentBytes) {
        active = await createSegment(directory, end.offset);
        segments.push(active);
        end = { offset: end.offset, position: 0 };
      }
      const start = { position: end.position, baseOffset: end.offset, appendedAtMs };
      const frame = encodeFrame(start, records);
      // After a failed fsync nobody knows what is on disk, so the next write starts by cutting back to what is.
      hasDebris = true;
      await writeWhole(active, frame, start.position);
      await active.handle.datasync();
      hasDebris = false;
      noteFrame(active, end);
      recent.push(frameOf(start, records.length, frame));
      end = { offset: start.baseOffset + records.length, position: start.position + frame.byteLength };
      return start.baseOffset;
    },
    recentFrames: (offset) => recent.from(offset),
    close: closeAll,
  };
}

async function openSegments(directory: string): Promise<Segment[]> {
  await mkdir(directory, { recursive: true });
  const segments = await openPresentSegments(directory, "r+");
  return segments.length === 0 ? [await createSegment(directory, 0)] : segments;
}

/** The segments that are there, in order. */
export async function openPresentSegments(directory: string, flags: "r" | "r+"): Promise<Segment[]> {
  const baseOffsets = (await readdir(directory)).map(segmentBaseOffset).filter((base) => base !== undefined);
  baseOffsets.sort((a, b) => a - b);
  const first = baseOffsets[0] ?? 0;
  if (first !== 0) throw logCorrupt(join(directory, segmentFileName(0)), 0, "the first segment is missing");
  return Promise.all(baseOffsets.map((base) => openSegment(join(directory, segmentFileName(base)), base, flags)));
}

async function createSegment(directory: string, baseOffset: number): Promise<Segment> {
  const file = join(directory, segmentFileName(baseOffset));
  // Not exclusive: an attempt that failed half-way left an empty file, and nothing durable is in this one yet.
  await (await open(file, "w")).close();
  await syncDirectory(directory);
  return openSegment(file, baseOffset);
}

async function writeWhole({ handle }: Segment, frame: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < frame.byteLength) {
    const { bytesWritten } = await handle.write(frame, written, frame.byteLength - written, position + written);
    written += bytesWritten;
  }
}

function lastOf(segments: readonly Segment[]): Segment {
  const last = segments.at(-1);
  if (last === undefined) throw new Error("A partition has at least one segment.");
  return last;
}
