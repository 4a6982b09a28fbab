const FIRST_BYTES = 16_384;

/**
 * Writes MessagePack, as `cmsgpack` reads it in a script: arrays, maps, texts, numbers and booleans. Decoding it is the
 * cheapest way into Lua tables that Redis has, and it needs no escapes and keeps infinity.
 */
export class MessagePackWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** The bytes so far, as a copy; the writer is then empty again. */
  finish(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  array(length: number): this {
    return this.#header(length, 0x90, 0xdd);
  }

  map(length: number): this {
    return this.#header(length, 0x80, 0xdf);
  }

  false(): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = 0xc2;
    return this;
  }

  true(): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = 0xc3;
    return this;
  }

  number(value: number): this {
    this.#reserve(9);
    const bytes = this.#bytes;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      bytes[this.#length] = 0xcb;
      bytes.writeDoubleBE(value, this.#length + 1);
      this.#length += 9;
    } else if (value < 0x80) {
      bytes[this.#length++] = value;
    } else if (value < 0x1_0000) {
      bytes[this.#length++] = 0xcd;
      bytes[this.#length++] = value >> 8;
      bytes[this.#length++] = value & 0xff;
    } else {
      bytes[this.#length] = 0xce;
      bytes.writeUInt32BE(value, this.#length + 1);
      this.#length += 5;
    }
    return this;
  }

  text(value: string): this {
    // A UTF-16 unit takes at most three bytes.
    this.#reserve(5 + value.length * 3);
    const bytes = this.#bytes;
    if (value.length < 86) {
      const size = bytes.write(value, this.#length + 2);
      bytes[this.#length] = 0xd9;
      bytes[this.#length + 1] = size;
      this.#length += 2 + size;
    } else {
      const size = bytes.write(value, this.#length + 5);
      bytes[this.#length] = 0xdb;
      bytes.writeUInt32BE(size, this.#length + 1);
      this.#length += 5 + size;
    }
    return this;
  }

  numbers(values: readonly number[]): this {
    this.array(values.length);
    for (const value of values) this.number(value);
    return this;
  }

  texts(values: readonly string[]): this {
    this.array(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  /** Elements that were written and finished before: those of an array stand one behind the other. */
  raw(elements: Uint8Array): this {
    this.#reserve(elements.length);
    this.#bytes.set(elements, this.#length);
    this.#length += elements.length;
    return this;
  }

  #header(length: number, short: number, long: number): this {
    this.#reserve(5);
    if (length < 16) {
      this.#bytes[this.#length++] = short | length;
    } else {
      this.#bytes[this.#length] = long;
      this.#bytes.writeUInt32BE(length, this.#length + 1);
      this.#length += 5;
    }
    return this;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
