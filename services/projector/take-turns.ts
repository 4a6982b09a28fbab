import { setTimeout as delay } from "node:timers/promises";

/** A batch of more records is behind: it is written beside others, as fast as the database can. */
const MOST_RECORDS_IN_TURN = 250;
/** Whoever is slower holds up nobody for longer: a partition that is not heard of is given to another member. */
const LONGEST_WAIT_MS = 500;

/**
 * Has the transactions of small batches wait for one another. All partitions have gathered for as long and come together,
 * and nobody waits for what they write, but leads for the processors that many of them at once take.
 */
export function takeTurns() {
  let last: Promise<unknown> = Promise.resolve();

  return async function inTurn<T>(records: number, work: () => Promise<T>): Promise<T> {
    if (records > MOST_RECORDS_IN_TURN) return work();
    const before = last;
    const done = Promise.withResolvers<void>();
    last = done.promise;
    const timeout = new AbortController();
    const late = delay(LONGEST_WAIT_MS, undefined, { signal: timeout.signal }).catch(() => undefined);
    await Promise.race([before, late]);
    timeout.abort();
    try {
      return await work();
    } finally {
      done.resolve();
    }
  };
}
