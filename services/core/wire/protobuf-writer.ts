import { pooledCopy } from "./pooled-copy.ts";

const TWO_TO_32 = 4_294_967_296;
const FIRST_CAPACITY = 4_096;
/** A buffer grown beyond this by one odd record is given back. */
const KEPT_CAPACITY = 1_048_576;
/** Most characters of a text that surely fits a length of one byte: three bytes each at worst. */
const ONE_BYTE_LENGTH = 42;

/**
 * Writes protobuf records into one buffer that grows and is used again.
 *
 * The plain methods leave out zero values, as proto3 does; `…Always` write them, for `optional`, `oneof` and repeated
 * fields. A number that its field can't hold is a broken invariant and throws.
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #position = 0;

  begin(): void {
    this.#position = 0;
    if (this.#bytes.length > KEPT_CAPACITY) this.#adopt(Buffer.allocUnsafeSlow(FIRST_CAPACITY));
  }

  /** A copy of the record. */
  finish(): Uint8Array {
    return pooledCopy(this.#bytes, 0, this.#position);
  }

  uint32(tag: number, value: number): void {
    if (value !== 0) this.uint32Always(tag, value);
  }

  uint32Always(tag: number, value: number): void {
    this.#reserve(10);
    this.#varint32(tag);
    this.#varint32(checkedUint32(value));
  }

  int64(tag: number, value: number): void {
    if (value !== 0) this.int64Always(tag, value);
  }

  int64Always(tag: number, value: number): void {
    this.#reserve(15);
    this.#varint32(tag);
    this.#int64(value);
  }

  flag(tag: number, value: boolean): void {
    if (value) this.flagAlways(tag, value);
  }

  flagAlways(tag: number, value: boolean): void {
    this.uint32Always(tag, value ? 1 : 0);
  }

  /** Leaves out zero, but not minus zero: its bits differ. */
  double(tag: number, value: number): void {
    if (!Object.is(value, 0)) this.doubleAlways(tag, value);
  }

  doubleAlways(tag: number, value: number): void {
    this.#reserve(13);
    this.#varint32(tag);
    this.#double(value);
  }

  text(tag: number, value: string): void {
    if (value !== "") this.textAlways(tag, value);
  }

  textAlways(tag: number, value: string): void {
    this.#reserve(10 + value.length * 3);
    this.#varint32(tag);
    if (value.length > ONE_BYTE_LENGTH) {
      this.#varint32(Buffer.byteLength(value));
      this.#position += this.#bytes.write(value, this.#position);
      return;
    }
    const start = this.#position + 1;
    const length = this.#shortText(value, start);
    this.#bytes[start - 1] = length;
    this.#position = start + length;
  }

  /** Bytes that are a text of hexadecimal digits elsewhere. */
  hex(tag: number, digits: string): void {
    const length = digits.length / 2;
    if (length === 0) return;
    this.#reserve(10 + length);
    this.#varint32(tag);
    this.#varint32(checkedUint32(length));
    if (this.#bytes.write(digits, this.#position, "hex") !== length) throw new RangeError(`not hexadecimal: ${digits}`);
    this.#position += length;
  }

  data(tag: number, value: Uint8Array): void {
    if (value.length > 0) this.dataAlways(tag, value);
  }

  dataAlways(tag: number, value: Uint8Array): void {
    this.#reserve(10 + value.length);
    this.#varint32(tag);
    this.#varint32(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  /** Starts a sub-message or packed column; hand the answer to `close` after its last field. */
  open(tag: number): number {
    this.#reserve(6);
    this.#varint32(tag);
    return ++this.#position;
  }

  /** Its length was unknown until now: one byte was kept for it, and longer content moves up. */
  close(start: number): void {
    const length = this.#position - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const extra = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : 4;
    this.#reserve(extra);
    this.#bytes.copyWithin(start + extra, start, this.#position);
    this.#position = start - 1;
    this.#varint32(length);
    // Lengths above 2 MiB take four or five bytes; no gap may stay.
    if (this.#position !== start + extra) this.#bytes.copyWithin(this.#position, start + extra, start + extra + length);
    this.#position += length;
  }

  /** An element of a packed column. */
  packedUint32(value: number): void {
    this.#reserve(5);
    this.#varint32(checkedUint32(value));
  }

  packedSint32(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`not an int32: ${value}`);
    this.#reserve(5);
    this.#varint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  packedInt64(value: number): void {
    this.#reserve(10);
    this.#int64(value);
  }

  /** Character by character as long as it is ASCII: a native call costs as much as 40 of them. */
  #shortText(value: string, start: number): number {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) return this.#bytes.write(value, start);
      this.#bytes[start + index] = unit;
    }
    return value.length;
  }

  #double(value: number): void {
    this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  #int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
    let low = value >>> 0;
    let high = Math.floor(value / TWO_TO_32) >>> 0;
    while (high !== 0) {
      this.#bytes[this.#position++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#varint32(low);
  }

  #varint32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  #reserve(more: number): void {
    const needed = this.#position + more;
    if (needed > this.#bytes.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#position));
    this.#adopt(larger);
  }

  #adopt(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

function checkedUint32(value: number): number {
  if (value >>> 0 !== value) throw new RangeError(`not a uint32: ${value}`);
  return value;
}
