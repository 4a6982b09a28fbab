import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { FRAME_HEADER_BYTES, type Frame, findFrame, readFrame } from "./frame.ts";
import { logCorrupt } from "./log-faults.ts";

const CHUNK_BYTES = 256 * 1024;
const INDEX_EVERY_BYTES = 64 * 1024;

/** One file of a partition. Its name is the offset of its first record. */
export interface Segment {
  readonly file: string;
  readonly baseOffset: number;
  readonly handle: FileHandle;
  /** Where frames start, every 64 KiB or so, as far as somebody has read or written. In order. */
  readonly index: FramePlace[];
}

/** A frame, or the end of the last one. */
export interface FramePlace {
  readonly offset: number;
  readonly position: number;
}

export function segmentFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(16, "0")}.log`;
}

/** The base offset in a file's name, or undefined if the file is no segment. */
export function segmentBaseOffset(file: string): number | undefined {
  const match = /^(\d{16})\.log$/.exec(basename(file));
  return match === null ? undefined : Number(match[1]);
}

export async function openSegment(file: string, baseOffset: number, flags: "r" | "r+" = "r+"): Promise<Segment> {
  const handle = await open(file, flags);
  return { file, baseOffset, handle, index: [{ offset: baseOffset, position: 0 }] };
}

export function noteFrame({ index }: Segment, place: FramePlace): void {
  const last = index.at(-1);
  if (last === undefined || place.position >= last.position + INDEX_EVERY_BYTES) index.push(place);
}

/** The last indexed frame that starts at or before `offset`. */
export function nearestFrame({ index, baseOffset }: Segment, offset: number): FramePlace {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle]?.offset ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  return index[low - 1] ?? { offset: baseOffset, position: 0 };
}

/** The frames of one chunk of at least 256 KiB at a time, from a frame's start up to `endPosition`. */
export async function* readFrames(segment: Segment, start: FramePlace, endPosition: number): AsyncGenerator<Frame[]> {
  const stop = yield* walkFrames(segment, start, endPosition);
  if (stop.position < endPosition) throw logCorrupt(segment.file, stop.position, "a record with a wrong checksum");
}

/**
 * Finds the end of the last segment. A bad frame with nothing sound behind it is the torn end of a write that nobody
 * acknowledged; with sound frames behind it, it is damage.
 */
export async function scanTail(segment: Segment): Promise<FramePlace> {
  const { size } = await segment.handle.stat();
  const walk = walkFrames(segment, { offset: segment.baseOffset, position: 0 }, size);
  for (;;) {
    const step = await walk.next();
    if (step.done !== true) continue;
    if (step.value.position < size) await refuseDamage(segment, step.value.position, size);
    return step.value;
  }
}

/** Yields frames chunk by chunk; returns where it stopped, which is `endPosition` unless a frame is bad or cut. */
async function* walkFrames(
  segment: Segment,
  start: FramePlace,
  endPosition: number,
): AsyncGenerator<Frame[], FramePlace> {
  let { position, offset } = start;
  let wantedBytes = CHUNK_BYTES;
  while (position < endPosition) {
    const chunk = await readChunk(segment, position, Math.min(wantedBytes, endPosition - position));
    const frames: Frame[] = [];
    let at = 0;
    let needed = 0;
    while (at < chunk.byteLength && needed === 0) {
      const read = readFrame(chunk, at, position + at);
      if (read.kind === "incomplete" && position + at + read.byteLength <= endPosition) {
        needed = read.byteLength;
      } else if (read.kind === "frame" && read.frame.baseOffset === offset) {
        noteFrame(segment, { offset, position: position + at });
        frames.push(read.frame);
        at += read.frame.byteLength;
        offset += read.frame.count;
      } else {
        if (frames.length > 0) yield frames;
        return { offset, position: position + at };
      }
    }
    position += at;
    wantedBytes = Math.max(CHUNK_BYTES, needed);
    if (frames.length > 0) yield frames;
  }
  return { offset, position };
}

async function refuseDamage(segment: Segment, position: number, size: number): Promise<void> {
  if (size - position < FRAME_HEADER_BYTES) return;
  // A segment ends within 64 MiB and one frame, so this fits in memory; it happens once, after a crash.
  const rest = await readChunk(segment, position, size - position);
  if (findFrame(rest, 1, position) !== undefined) {
    throw logCorrupt(segment.file, position, "a record with a wrong checksum before sound ones");
  }
}

async function readChunk({ handle, file }: Segment, position: number, byteLength: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(byteLength);
  let filled = 0;
  while (filled < byteLength) {
    const { bytesRead } = await handle.read(buffer, filled, byteLength - filled, position + filled);
    if (bytesRead === 0) throw logCorrupt(file, position + filled, "the end of the file");
    filled += bytesRead;
  }
  return buffer;
}
