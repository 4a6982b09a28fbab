import type { LogRecord } from "../decision/log-record.ts";
import type { LedgerChange } from "./reservation.ts";

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
      const { leadId, cycle, epoch } = record;
      return cycle === 1 ? null : { kind: "confirmed", leadId, cycle, epoch };
    }
    case "follow_up":
    case "barrier":
    case "plan_published":
      return null;
  }
}
