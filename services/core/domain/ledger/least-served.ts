import type { Fill } from "./ledger-state.ts";

/**
 * Least virtual time of those with room, never below the floor; Infinity if nobody has room.
 *
 * Within a batch virtual times only rise and, for equal leads, room only shrinks. So whoever was least served still is
 * while he has room and his own time stays as it was, and where nobody had room nobody will.
 */
export class LeastServed {
  /** -1 if nobody has room, null if nobody was looked for. */
  #index: number | null = null;
  #credit = 0;

  of(fills: readonly Readonly<Fill>[], floor: number, hasRoom: (index: number) => boolean): number {
    const known = this.#index;
    if (known === -1) return Infinity;
    if (known === null || !this.#isStill(fills[known]!, floor) || !hasRoom(known)) this.#find(fills, floor, hasRoom);
    return Math.max(this.#credit, floor);
  }

  #isStill({ credit }: Readonly<Fill>, floor: number): boolean {
    if (credit !== this.#credit && credit > floor) return false;
    this.#credit = credit;
    return true;
  }

  /** Nobody counts as less than the floor, so the first who stands there will do. */
  #find(fills: readonly Readonly<Fill>[], floor: number, hasRoom: (index: number) => boolean): void {
    this.#index = -1;
    this.#credit = Infinity;
    for (let index = 0; index < fills.length; index += 1) {
      const { credit } = fills[index]!;
      if (credit >= this.#credit || !hasRoom(index)) continue;
      this.#index = index;
      this.#credit = credit;
      if (credit <= floor) return;
    }
  }
}
