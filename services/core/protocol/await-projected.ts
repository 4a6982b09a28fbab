import type { Projection } from "../ports/store.ts";
import type { RecordPosition } from "./commit-decisions.ts";

export interface AwaitProjectedDeps {
  readonly reads: Pick<Projection, "position">;
  /** Resolves after some milliseconds; of the process, not of the clock. */
  readonly wait: (ms: number) => Promise<void>;
}

const FIRST_WAIT_MS = 4;
const LONGEST_WAIT_MS = 100;
const PATIENCE_MS = 3_000;

/** Waits until the projection has read a record. False if it is too far behind to wait for it. */
export async function awaitProjected(
  { reads, wait }: AwaitProjectedDeps,
  { partition, offset }: RecordPosition,
): Promise<boolean> {
  let waitMs = FIRST_WAIT_MS;
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += waitMs) {
    if ((await reads.position(partition)).next > offset) return true;
    await wait(waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
  return false;
}
