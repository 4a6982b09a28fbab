import { crc32c } from "@node-rs/crc32";

/** A record to be appended; its headers are those of its batch. */
export interface BatchRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** Headers of the records of one batch: what they share, and the one whose value is different for each. */
export interface BatchHeaders {
  /** As `encodeHeaders` writes them. */
  readonly shared: Buffer;
  readonly count: number;
  readonly ownName: Buffer;
  readonly ownValue: (index: number) => string;
}

const MAGIC = 2;
/** Where the fields of a batch of version 2 begin. */
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const HEAD_BYTES = 61;
/** Most bytes of a record beside key, value and headers: varints of its length, offset and three sizes. */
const RECORD_HEAD_BYTES = 30;

/**
 * A record batch in Kafka's format, version 2, as one buffer: neither compressed, idempotent nor transactional.
 *
 * Written here because the client builds each record of twenty buffers, which made appending the dearest step of routing.
 */
export function encodeRecordBatch(records: readonly BatchRecord[], headers: BatchHeaders, nowMs: number): Buffer {
  const ownBytes = headers.ownName.length + headers.ownValue(records.length).length;
  const recordBytes = RECORD_HEAD_BYTES + headers.shared.length + ownBytes;
  const size = records.reduce(
    (sum, { key, value }) => sum + recordBytes + (key?.length ?? 0) + value.length,
    HEAD_BYTES,
  );
  const bytes = Buffer.allocUnsafe(size);
  let end = HEAD_BYTES;
  for (const [index, record] of records.entries()) end = writeRecord(bytes, end, { ...record, index, headers });
  writeHead(bytes, { end, records: records.length, nowMs });
  return bytes.subarray(0, end);
}

function writeHead(
  bytes: Buffer,
  { end, records, nowMs }: { readonly end: number; readonly records: number; readonly nowMs: number },
): void {
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(end - LENGTH_AT - 4, LENGTH_AT);
  bytes.writeInt32BE(-1, 12); // partition leader epoch, which the broker fills in
  bytes[16] = MAGIC;
  bytes.writeInt16BE(0, ATTRIBUTES_AT);
  bytes.writeInt32BE(records - 1, 23); // last offset
  bytes.writeBigInt64BE(BigInt(nowMs), 27); // first and last time
  bytes.writeBigInt64BE(BigInt(nowMs), 35);
  bytes.writeBigInt64BE(-1n, 43); // producer id, epoch and sequence: none
  bytes.writeInt16BE(-1, 51);
  bytes.writeInt32BE(-1, 53);
  bytes.writeInt32BE(records, 57);
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT, end)), CRC_AT);
}

/** @returns where the next record begins */
function writeRecord(
  bytes: Buffer,
  start: number,
  { index, key, value, headers }: BatchRecord & { readonly index: number; readonly headers: BatchHeaders },
): number {
  const ownValue = headers.ownValue(index);
  // Its length comes first, and says how many bytes it takes itself: so it is computed before anything is written.
  const length =
    2 + // attributes and time
    varintSize(index) +
    (key === null ? 1 : varintSize(key.length) + key.length) +
    varintSize(value.length) +
    value.length +
    varintSize(headers.count) +
    headers.shared.length +
    varintSize(headers.ownName.length) +
    headers.ownName.length +
    varintSize(ownValue.length) +
    ownValue.length;
  let at = writeVarint(bytes, start, length);
  bytes[at++] = 0;
  bytes[at++] = 0;
  at = writeVarint(bytes, at, index);
  at = key === null ? writeVarint(bytes, at, -1) : writeBytes(bytes, at, key);
  at = writeBytes(bytes, at, value);
  at = writeVarint(bytes, at, headers.count);
  bytes.set(headers.shared, at);
  at = writeBytes(bytes, at + headers.shared.length, headers.ownName);
  at = writeVarint(bytes, at, ownValue.length);
  return at + bytes.write(ownValue, at, "latin1");
}

export function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  const texts = headers.flat().map((text) => Buffer.from(text));
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + varintSize(text.length) + text.length, 0));
  let at = 0;
  for (const text of texts) at = writeBytes(bytes, at, text);
  return bytes;
}

function writeBytes(bytes: Buffer, start: number, value: Uint8Array): number {
  const at = writeVarint(bytes, start, value.length);
  bytes.set(value, at);
  return at + value.length;
}

/** Numbers are zigzag: small negative ones are short, too. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 7; rest !== 0; rest >>>= 7) size += 1;
  return size;
}
