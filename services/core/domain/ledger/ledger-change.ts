import type { Decision, LogRecord } from "../decision/log-record.ts";
import type { LedgerChange, WindowScope } from "./reservation.ts";

/**
 * What a record of the log changes in the ledger, or null if nothing. A decision was reserved there before it was
 * appended, so it only confirms that, and a first cycle needs no confirmation.
 */
export function ledgerChange(record: LogRecord): LedgerChange | null {
  switch (record.type) {
    case "release": {
      const { leadId, cycle, repId, loadMilli, to } = record;
      const target = to.kind === "public" ? to : ({ kind: "released", poolId: "" } as const);
      const { kind: status, poolId } = target;
      return { kind: "ended", leadId, cycle, repId, loadMilli, status, poolId, identityKeys: [] };
    }
    case "closure": {
      const { leadId, cycle, repId, loadMilli, identityKeys } = record;
      return { kind: "ended", leadId, cycle, repId, loadMilli, status: "closed", poolId: "", identityKeys };
    }
    case "reopening":
      return { kind: "reopened", leadId: record.leadId, cycle: record.cycle };
    case "decision": {
      const { leadId, cycle, epoch, atMs } = record;
      return cycle === 1 ? null : { kind: "confirmed", leadId, cycle, epoch, atMs, window: windowOf(record) };
    }
    case "follow_up":
    case "barrier":
    case "plan_published":
      return null;
  }
}

/** The window that a decision's owner has it counted in. A transfer counts in none: it neither came in nor was claimed. */
export function windowOf({ via }: Pick<Decision, "via">): WindowScope | null {
  switch (via) {
    case "routed":
    case "rerouted":
      return "intake";
    case "claimed":
      return "claim";
    case "transferred":
      return null;
  }
}
