import type { FetchedBatch } from "./fetched-batch.ts";

/**
 * Walks through the records of a batch. A record is looked at in place: no object is made of it, since most readers pass
 * over most records, and headers, which nobody here asks for, are never read.
 */
export class RecordCursor {
  readonly #batch: FetchedBatch;
  readonly #bytes: Buffer;
  /** Where the next record begins. */
  #next = 0;
  #left: number;
  /** Of the varint read last: where it ended. */
  #at = 0;
  #keyStart = 0;
  #keyLength = -1;
  #timestampDelta = 0;
  offset = -1;

  constructor(batch: FetchedBatch) {
    this.#batch = batch;
    this.#bytes = batch.records;
    this.#left = batch.recordCount;
  }

  /** False behind the last record. */
  advance(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    this.#at = this.#next;
    const length = this.#varint();
    this.#next = this.#at + length;
    if (length < 0 || this.#next > this.#bytes.length) throw new Error("A record is longer than its batch.");
    this.#at += 1; // attributes, of which there are none
    this.#timestampDelta = this.#varint();
    this.offset = this.#batch.firstOffset + this.#varint();
    this.#keyLength = this.#varint();
    this.#keyStart = this.#at;
    return true;
  }

  get appendedAtMs(): number {
    return this.#batch.appendedAtMs ?? this.#batch.firstTimestampMs + this.#timestampDelta;
  }

  key(): Buffer | null {
    return this.#slice(this.#keyStart, this.#keyLength);
  }

  /** Null is Kafka's tombstone. */
  value(): Buffer | null {
    this.#at = this.#keyStart + Math.max(0, this.#keyLength);
    const length = this.#varint();
    return this.#slice(this.#at, length);
  }

  #slice(start: number, length: number): Buffer | null {
    return length < 0 ? null : this.#bytes.subarray(start, start + length);
  }

  /** Zigzag. By multiplication from the fifth byte on: differences of times may be longer than 32 bits. */
  #varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("A record batch ends within a record.");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 0x80;
    }
  }
}
