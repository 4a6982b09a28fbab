import { isUtf8 } from "node:buffer";
import type { Decoded } from "./codec.ts";
import { pooledCopy } from "./pooled-copy.ts";

export type Refusal = Extract<Decoded<never>, { ok: false }>;

const TWO_TO_32 = 4_294_967_296;
/** Longest text assembled character by character; from there on a native call is quicker (42 ns, Node 24). */
const SHORT_TEXT_BYTES = 5;
const MAX_GROUP_DEPTH = 32;
const REPLACEMENT = "\uFFFD";

/**
 * Reads one protobuf record, field by field.
 *
 * Never throws. The first failure sticks: from then on every message ends at once and every value is empty, so callers
 * read on as if nothing had happened and ask for `refusal` at the end.
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #position = 0;
  #limit: number;
  /** Of the varint read last. */
  #low = 0;
  #high = 0;
  #refusal: Refusal | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limit = bytes.byteLength;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** @param at the field at fault, or by default the byte */
  refuse(code = "RECORD_UNDECODABLE", at = `byte ${this.#position}`): void {
    this.#refusal ??= { ok: false, code, at };
    this.#limit = 0;
    this.#position = 0;
  }

  /** The next field's tag, or 0 at the end of the message. */
  nextTag(): number {
    if (this.#position >= this.#limit) return 0;
    const tag = this.uint32();
    // Field number 0 is reserved.
    if (tag >>> 3 === 0) this.refuse();
    return this.#refusal === undefined ? tag : 0;
  }

  uint32(): number {
    if (this.#position < this.#limit) {
      const first = this.#bytes[this.#position] as number;
      if (first < 0x80) {
        this.#position++;
        return first;
      }
    }
    this.#varint();
    if (this.#high !== 0) this.refuse();
    return this.#refusal === undefined ? this.#low >>> 0 : 0;
  }

  sint32(): number {
    const bits = this.uint32();
    return (bits >>> 1) ^ -(bits & 1);
  }

  /** An int64, refused if a double can't hold it exactly. */
  int64(): number {
    this.#varint();
    const value = (this.#high | 0) * TWO_TO_32 + (this.#low >>> 0);
    if (!Number.isSafeInteger(value)) this.refuse();
    return this.#refusal === undefined ? value : 0;
  }

  bool(): boolean {
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  double(): number {
    const start = this.#take(8);
    return this.#refusal === undefined ? this.#bytes.readDoubleLE(start) : 0;
  }

  string(): string {
    const length = this.uint32();
    const start = this.#take(length);
    if (this.#refusal !== undefined) return "";
    return (length <= SHORT_TEXT_BYTES ? this.#shortAscii(start, length) : undefined) ?? this.#utf8(start, length);
  }

  /** Bytes as hexadecimal digits. */
  hex(): string {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#refusal === undefined ? this.#bytes.toString("hex", start, start + length) : "";
  }

  /** A copy, so that one field doesn't keep a whole fetch from being collected. */
  bytes(): Uint8Array {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#refusal === undefined ? pooledCopy(this.#bytes, start, start + length) : new Uint8Array(0);
  }

  /** Opens a sub-message or packed column; hand the answer to `leave` after its last field. */
  enter(): number {
    const length = this.uint32();
    const outer = this.#limit;
    if (length > outer - this.#position) this.refuse();
    else this.#limit = this.#position + length;
    return outer;
  }

  /** What is left of the message; not a copy, so it keeps alive all that was fetched with it. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#position, this.#limit);
  }

  get atEnd(): boolean {
    return this.#position >= this.#limit;
  }

  leave(outer: number): void {
    if (this.#refusal === undefined) this.#limit = outer;
  }

  /** Steps over a field this version doesn't know. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        return this.#varint();
      case 1:
        this.#take(8);
        return;
      case 2:
        this.#take(this.uint32());
        return;
      case 3:
        return this.#skipGroup(tag, depth);
      case 5:
        this.#take(4);
        return;
      default:
        this.refuse();
    }
  }

  #skipGroup(tag: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) return this.refuse();
    for (let inner = this.nextTag(); inner !== tag + 1; inner = this.nextTag()) {
      if (inner === 0) return this.refuse();
      this.skip(inner, depth + 1);
    }
  }

  /** Start of the next `length` bytes, which are then behind us. */
  #take(length: number): number {
    const start = this.#position;
    if (length > this.#limit - start) this.refuse();
    else this.#position = start + length;
    return start;
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70 && this.#position < this.#limit; shift += 7) {
      const byte = this.#bytes[this.#position++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    this.#low = 0;
    this.#high = 0;
    this.refuse();
  }

  #shortAscii(start: number, length: number): string | undefined {
    let text = "";
    for (let index = start; index < start + length; index++) {
      const byte = this.#bytes[index] as number;
      if (byte >= 0x80) return undefined;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #utf8(start: number, length: number): string {
    const text = this.#bytes.toString("utf8", start, start + length);
    // Node writes U+FFFD for what isn't UTF-8; a U+FFFD that was sent is rare enough to look twice.
    if (text.includes(REPLACEMENT) && !isUtf8(this.#bytes.subarray(start, start + length))) {
      this.refuse();
      return "";
    }
    return text;
  }
}
