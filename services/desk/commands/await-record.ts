import { Fault } from "../../core/domain/fault.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { awaitProjected } from "../../core/protocol/await-projected.ts";
import type { RecordPosition } from "../../core/protocol/commit-decisions.ts";
import type { CommandDeps } from "./command.ts";

/**
 * Waits until the projection has read a record, and answers what the log made of it: the event, or null if it had no
 * effect. The log arbitrates, so this is the only honest answer to a command.
 *
 * @throws Fault STORE_UNAVAILABLE when the projection is too far behind; the command is then durable all the same.
 */
export async function awaitRecord(
  deps: Pick<CommandDeps, "reads" | "wait">,
  position: RecordPosition,
): Promise<LeadEvent | null> {
  if (await awaitProjected(deps, position)) return deps.reads.eventAt(position.partition, position.offset);
  throw new Fault(
    "STORE_UNAVAILABLE",
    "The command is recorded and will take effect unless the lead has moved on; reads are behind. Read the lead later",
    { retriable: true },
  );
}
