/**
 * Arrays as PostgreSQL sends and takes them itself. A batch of rows travels as one array per column: next to nothing to
 * write here or to read there, where a JSON text would be written, scanned, cut into rows and turned into values.
 */
const TYPE_OIDS = { bytea: 17, int8: 20, text: 25, float8: 701 } as const;
type ElementType = keyof typeof TYPE_OIDS;

const EMPTY_HEADER_BYTES = 12;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 8;
/** The length that says NULL. */
const NULL_LENGTH = -1;
const TWO_TO_32 = 4_294_967_296;
const REPLACEMENT = "\uFFFD";

/** NUL, which PostgreSQL can't store, becomes U+FFFD; so does half a surrogate pair, as UTF-8 has none. */
export function textArray(values: readonly (string | null)[]): Uint8Array {
  const storable = values.map((value) => (value?.includes("\0") ? value.replaceAll("\0", REPLACEMENT) : value));
  return stringArray(storable);
}

/** Whole numbers, each exact up to 2^53. */
export function bigintArray(values: readonly (number | null)[]): Uint8Array {
  return numberArray("int8", values, (bytes, value, at) => {
    bytes.writeInt32BE(Math.floor(value / TWO_TO_32), at);
    bytes.writeUInt32BE(value >>> 0, at + 4);
  });
}

export function doubleArray(values: readonly (number | null)[]): Uint8Array {
  return numberArray("float8", values, (bytes, value, at) => bytes.writeDoubleBE(value, at));
}

export function byteaArray(values: readonly Uint8Array[]): Uint8Array {
  const bytes = begin(
    "bytea",
    values.length,
    sum(values, ({ length }) => length),
  );
  let at = HEADER_BYTES;
  for (const value of values) {
    bytes.writeInt32BE(value.length, at);
    bytes.set(value, at + LENGTH_BYTES);
    at += LENGTH_BYTES + value.length;
  }
  return bytes;
}

function stringArray(values: readonly (string | null)[]): Uint8Array {
  const size = sum(values, (value) => (value === null ? 0 : byteLengthOf(value)));
  const bytes = begin("text", values.length, size);
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = value === null ? NULL_LENGTH : writeText(bytes, value, at + LENGTH_BYTES);
    bytes.writeInt32BE(length, at);
    at += LENGTH_BYTES + Math.max(0, length);
  }
  return bytes;
}

function numberArray(
  type: ElementType,
  values: readonly (number | null)[],
  write: (bytes: Buffer, value: number, at: number) => void,
): Uint8Array {
  const bytes = begin(
    type,
    values.length,
    sum(values, (value) => (value === null ? 0 : NUMBER_BYTES)),
  );
  let at = HEADER_BYTES;
  for (const value of values) {
    bytes.writeInt32BE(value === null ? NULL_LENGTH : NUMBER_BYTES, at);
    at += LENGTH_BYTES;
    if (value === null) continue;
    write(bytes, value, at);
    at += NUMBER_BYTES;
  }
  return bytes;
}

/** Number of dimensions, whether there may be NULLs, type of the elements; then of the dimension its size and lower bound. */
function begin(type: ElementType, count: number, contentBytes: number): Buffer {
  const isEmpty = count === 0;
  // Not of the pool: sent to another thread, all of the pool would be copied.
  const bytes = Buffer.allocUnsafeSlow(
    isEmpty ? EMPTY_HEADER_BYTES : HEADER_BYTES + count * LENGTH_BYTES + contentBytes,
  );
  bytes.writeInt32BE(isEmpty ? 0 : 1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(TYPE_OIDS[type], 8);
  if (isEmpty) return bytes;
  bytes.writeInt32BE(count, 12);
  bytes.writeInt32BE(1, 16);
  return bytes;
}

/** A native call costs as much as 40 characters that are ASCII. */
const SHORT_TEXT = 40;

function isShortAscii(text: string): boolean {
  if (text.length > SHORT_TEXT) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) >= 0x80) return false;
  return true;
}

const byteLengthOf = (text: string): number => (isShortAscii(text) ? text.length : Buffer.byteLength(text));

function writeText(bytes: Buffer, text: string, at: number): number {
  if (!isShortAscii(text)) return bytes.write(text, at);
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  return text.length;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
