import type { FollowUp } from "../../core/domain/decision/log-record.ts";
import { findLead, planOf } from "../scope.ts";
import { appendRecord } from "./append-record.ts";
import { checkOwned, recordBase, refused, type CommandDeps, type CommandOutcome, type LeadCommand } from "./command.ts";

export const FOLLOW_UP_KINDS = ["visit", "call", "message"] as const satisfies readonly FollowUp["kind"][];

export interface FollowUpCommand extends LeadCommand {
  readonly kind: FollowUp["kind"];
}

/** The owner did something with the lead. The due time stays until protection rules move it. */
export function createFollowUpLead(deps: CommandDeps) {
  return async function followUpLead(command: FollowUpCommand): Promise<CommandOutcome> {
    const { principal, leadId, kind } = command;
    const plan = planOf(deps.plans, principal);
    const state = await findLead(deps.reads, { principal, plan }, leadId);
    const refusal = checkOwned(command, state);
    if (refusal !== null || state.repId === null) return refused(refusal ?? "not_owned");
    const { repId, dueAtMs } = state;
    const base = recordBase(state, command, deps.clock());
    return appendRecord(deps, { type: "follow_up", ...base, repId, kind, dueAtMs });
  };
}
