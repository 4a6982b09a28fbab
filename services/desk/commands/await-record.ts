import { Fault } from "../../core/domain/fault.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import type { RecordPosition } from "../../core/protocol/commit-decisions.ts";
import type { CommandDeps } from "./command.ts";

const FIRST_WAIT_MS = 4;
const LONGEST_WAIT_MS = 100;
const PATIENCE_MS = 3_000;

/**
 * Waits until the projection has read a record, and answers what the log made of it: the event, or null if it had no
 * effect. The log arbitrates, so this is the only honest answer to a command.
 *
 * @throws Fault STORE_UNAVAILABLE when the projection is too far behind; the command is then durable all the same.
 */
export async function awaitRecord(
  { reads, wait }: Pick<CommandDeps, "reads" | "wait">,
  { partition, offset }: RecordPosition,
): Promise<LeadEvent | null> {
  let waitMs = FIRST_WAIT_MS;
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += waitMs) {
    const { next } = await reads.position(partition);
    if (next > offset) return reads.eventAt(partition, offset);
    await wait(waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
  throw new Fault(
    "STORE_UNAVAILABLE",
    "The command is recorded and will take effect unless the lead has moved on; reads are behind. Read the lead later",
    { retriable: true },
  );
}
