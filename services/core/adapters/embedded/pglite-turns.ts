/** How long what keeps its order may be held up by what overtakes it, before it has its turn. */
const LONGEST_HELD_UP_MS = 50;

export interface Turns<Work> {
  /** @param mayOvertake whether it may go before all that came earlier and does not say so itself */
  add(work: Work, mayOvertake: boolean): void;
  /**
   * What is to be done now; undefined if nothing waits. Asked for when the last work is done.
   *
   * @param mayBreakIn false while what keeps its order belongs together
   */
  next(mayBreakIn: boolean): Work | undefined;
}

/**
 * Whose turn it is at something that does one thing at a time. Somebody waits for a read, and nobody for the statements of the
 * projection, which come four at a time and take as long as a hundred reads.
 */
export function createTurns<Work>(clock: () => number): Turns<Work> {
  const overtaking: Work[] = [];
  const inOrder: Work[] = [];
  /** Since when nothing but what overtakes has kept the first in order waiting. */
  let heldUpSinceMs: number | null = null;

  return {
    add(work, mayOvertake) {
      (mayOvertake ? overtaking : inOrder).push(work);
    },
    next(mayBreakIn) {
      heldUpSinceMs ??= inOrder.length > 0 ? clock() : null;
      const isHeldUp = heldUpSinceMs !== null && clock() - heldUpSinceMs > LONGEST_HELD_UP_MS;
      if (overtaking.length > 0 && mayBreakIn && !isHeldUp) return overtaking.shift();
      heldUpSinceMs = null;
      return inOrder.shift() ?? (mayBreakIn ? overtaking.shift() : undefined);
    },
  };
}
