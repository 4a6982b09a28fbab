import type { RawRecord } from "./decode-record.ts";
import type { FetchedBatch } from "./fetched-batch.ts";
import { RecordCursor } from "./record-cursor.ts";

/** Both ends belong to it. */
export interface OffsetRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** The records of a range that are there, and that somebody wants. */
export interface Piece extends OffsetRange {
  readonly records: readonly RawRecord[];
}

/** The records of a fetched partition, read as they are asked for. */
export class FetchedRecords {
  readonly #batches: readonly FetchedBatch[];
  readonly #wants: ((bytes: Uint8Array) => boolean) | undefined;
  /** What stands before it in the first batch was not asked for. */
  #next: number;
  #place = 0;
  #cursor: RecordCursor | undefined;
  /** Whether the cursor stands on a record that has not been taken. */
  #isWaiting = false;

  /** @param wants told of a record's bytes; a tombstone has none, and nobody writes one, so whoever reads must hear of it */
  constructor(
    batches: readonly FetchedBatch[],
    {
      fromOffset,
      wants,
    }: { readonly fromOffset: number; readonly wants: ((bytes: Uint8Array) => boolean) | undefined },
  ) {
    this.#batches = batches;
    this.#next = fromOffset;
    this.#wants = wants;
  }

  get atEnd(): boolean {
    return this.#place >= this.#batches.length;
  }

  /**
   * The next records, up to `max` of those that are wanted.
   *
   * @param through last offset to be taken, if there is a record before it; undefined for all
   */
  take(max: number, through?: number): Piece {
    const last = through !== undefined && through >= this.#next ? through : Infinity;
    const records: RawRecord[] = [];
    const firstOffset = this.#next;
    let lastOffset = firstOffset - 1;
    while (records.length < max && this.#find() && this.#cursor!.offset <= last) {
      const cursor = this.#cursor!;
      lastOffset = cursor.offset;
      this.#isWaiting = false;
      const value = cursor.value();
      if (value !== null && this.#wants?.(value) === false) continue;
      records.push({ offset: lastOffset, appendedAtMs: cursor.appendedAtMs, key: cursor.key(), value });
    }
    // Nothing of the batches is left, though their last records may have been compacted away.
    if (!this.#find()) lastOffset = this.#batches.at(-1)?.lastOffset ?? lastOffset;
    this.#next = lastOffset + 1;
    return { records, firstOffset, lastOffset };
  }

  /** Whether there is a record that was not taken; the cursor then stands on it. */
  #find(): boolean {
    for (; !this.#isWaiting && !this.atEnd; this.#place += 1, this.#cursor = undefined) {
      this.#cursor ??= new RecordCursor(this.#batches[this.#place]!);
      while (!this.#isWaiting && this.#cursor.advance()) this.#isWaiting = this.#cursor.offset >= this.#next;
      if (this.#isWaiting) return true;
    }
    return this.#isWaiting;
  }
}
