import { crc32 } from "node:zlib";

/*
 * One frame = one write = one fsync, with the records of every append that shared it. So what a crash tears is always one
 * frame at the very end, and each append is there whole or not at all.
 *
 *   0  u32  magic                       28  records, each:
 *   4  u32  length of the whole frame       i32  key length, -1 for none
 *   8  u32  crc32 from byte 12 on           u32  value length
 *  12  u48  offset of the first record      key, value
 *  18  u48  append time, ms since epoch
 *  24  u32  number of records
 *
 * The checksum is seeded with the frame's position in its file, so that a copy of a frame inside some value is not taken
 * for a frame. Little endian.
 */
const MAGIC = 0x3152_4c46; // "FLR1"
const RECORD_HEADER_BYTES = 8;
export const FRAME_HEADER_BYTES = 28;

export interface EncodedRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

export interface FrameStart {
  readonly position: number;
  readonly baseOffset: number;
  readonly appendedAtMs: number;
}

export interface Frame extends FrameStart {
  readonly count: number;
  readonly byteLength: number;
  readonly body: Buffer;
}

export type FrameRead =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** The buffer ends before the frame does; `byteLength` of it are needed. */
  | { readonly kind: "incomplete"; readonly byteLength: number }
  | { readonly kind: "bad" };

export function recordBytes({ key, value }: EncodedRecord): number {
  return RECORD_HEADER_BYTES + (key?.byteLength ?? 0) + value.byteLength;
}

export function encodeFrame(start: FrameStart, records: readonly EncodedRecord[]): Buffer {
  let byteLength = FRAME_HEADER_BYTES;
  for (const record of records) byteLength += recordBytes(record);
  const buffer = Buffer.allocUnsafe(byteLength);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt32LE(byteLength, 4);
  buffer.writeUIntLE(start.baseOffset, 12, 6);
  buffer.writeUIntLE(start.appendedAtMs, 18, 6);
  buffer.writeUInt32LE(records.length, 24);
  let at = FRAME_HEADER_BYTES;
  for (const { key, value } of records) {
    buffer.writeInt32LE(key === null ? -1 : key.byteLength, at);
    buffer.writeUInt32LE(value.byteLength, at + 4);
    at += RECORD_HEADER_BYTES;
    if (key !== null) {
      buffer.set(key, at);
      at += key.byteLength;
    }
    buffer.set(value, at);
    at += value.byteLength;
  }
  buffer.writeUInt32LE(crc32(buffer.subarray(12), seed(start.position)), 8);
  return buffer;
}

/** Reads the frame at `at` of `buffer`, which is at `position` of its file. */
export function readFrame(buffer: Buffer, at: number, position: number): FrameRead {
  const left = buffer.byteLength - at;
  if (left < FRAME_HEADER_BYTES) return { kind: "incomplete", byteLength: FRAME_HEADER_BYTES };
  if (buffer.readUInt32LE(at) !== MAGIC) return { kind: "bad" };
  const byteLength = buffer.readUInt32LE(at + 4);
  if (byteLength < FRAME_HEADER_BYTES) return { kind: "bad" };
  if (left < byteLength) return { kind: "incomplete", byteLength };
  const checked = buffer.subarray(at + 12, at + byteLength);
  if (crc32(checked, seed(position)) !== buffer.readUInt32LE(at + 8)) return { kind: "bad" };
  const frame: Frame = {
    position,
    byteLength,
    baseOffset: buffer.readUIntLE(at + 12, 6),
    appendedAtMs: buffer.readUIntLE(at + 18, 6),
    count: buffer.readUInt32LE(at + 24),
    body: buffer.subarray(at + FRAME_HEADER_BYTES, at + byteLength),
  };
  return { kind: "frame", frame };
}

/** A frame as it would be read from what was just written. */
export function frameOf(start: FrameStart, count: number, bytes: Buffer): Frame {
  return { ...start, count, byteLength: bytes.byteLength, body: bytes.subarray(FRAME_HEADER_BYTES) };
}

/** The records of a frame whose checksum was right, as views of its buffer. */
export function* frameRecords({ body, count }: Frame): Generator<EncodedRecord> {
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const keyLength = body.readInt32LE(at);
    const valueLength = body.readUInt32LE(at + 4);
    at += RECORD_HEADER_BYTES;
    const key = keyLength < 0 ? null : body.subarray(at, at + keyLength);
    at += Math.max(keyLength, 0);
    yield { key, value: body.subarray(at, at + valueLength) };
    at += valueLength;
  }
}

/** Position of the first sound frame from `from` on, if there is one: what tells corruption from a torn end. */
export function findFrame(buffer: Buffer, from: number, position: number): number | undefined {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  for (let at = buffer.indexOf(magic, from); at !== -1; at = buffer.indexOf(magic, at + 1)) {
    if (readFrame(buffer, at, position + at).kind === "frame") return position + at;
  }
  return undefined;
}

function seed(position: number): number {
  return position % 0x1_0000_0000;
}
