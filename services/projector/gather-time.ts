/** A transaction costs as much as 20 records. So much later, at most, the store shows what follows a record closely ... */
const LEAST_GATHER_MS = 25;
/** ... and what comes in a flood. */
const MOST_GATHER_MS = 100;
/** Where 200 records a second come to a partition, the next time is as long as the last: below that it shrinks, above it grows. */
const GATHER_MS_A_RECORD = 5;

/**
 * How long to wait for more records, ms.
 *
 * @param records that the last delivery had
 */
export function gatherMs(records: number): number {
  return Math.min(MOST_GATHER_MS, Math.max(LEAST_GATHER_MS, records * GATHER_MS_A_RECORD));
}
