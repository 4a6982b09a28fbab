import type { Stretch } from "./stretch.ts";

/** As in reserve-snapshot.lua. */
const SLOT_BYTES = 20;
const FIRST_SLOTS = 256;

/** Rep ids by place, each in a slot that zero bytes fill, so that those of a stretch are sent as they lie here. */
export class RepNames {
  #slots = Buffer.alloc(FIRST_SLOTS * SLOT_BYTES);

  /** The slot of one that does not fit stays empty; the script asks for that. */
  set(place: number, repId: string): void {
    const start = place * SLOT_BYTES;
    if (start + SLOT_BYTES > this.#slots.length) this.#grow(start + SLOT_BYTES);
    if (Buffer.byteLength(repId) < SLOT_BYTES && !repId.includes("\0")) this.#slots.write(repId, start);
  }

  of(stretches: readonly Stretch[]): Buffer {
    return Buffer.concat(
      stretches.map(({ first, count }) => this.#slots.subarray(first * SLOT_BYTES, (first + count) * SLOT_BYTES)),
    );
  }

  #grow(size: number): void {
    const larger = Buffer.alloc(Math.max(size, this.#slots.length * 2));
    this.#slots.copy(larger);
    this.#slots = larger;
  }
}
