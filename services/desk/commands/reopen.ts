import { OPEN_TO_REOPENING } from "../../core/domain/decision/fold.ts";
import { findLead, planOf } from "../scope.ts";
import { appendRecord } from "./append-record.ts";
import { recordBase, refused, type CommandDeps, type CommandOutcome, type LeadCommand } from "./command.ts";

export interface ReopenCommand extends LeadCommand {
  readonly reason: string;
}

/** A lead that had ended, or was given up, comes back; the router gives it a new round, and its history stays. */
export function createReopenLead(deps: CommandDeps) {
  return async function reopenLead(command: ReopenCommand): Promise<CommandOutcome> {
    const { principal, leadId, reason } = command;
    const plan = planOf(deps.plans, principal);
    const state = await findLead(deps.reads, { principal, plan }, leadId);
    if (!OPEN_TO_REOPENING.has(state.status)) return refused("not_closed");
    if (principal.role === "rep" && principal.repId !== state.repId) return refused("not_owner");
    return appendRecord(deps, { type: "reopening", ...recordBase(state, command, deps.clock()), reason });
  };
}
