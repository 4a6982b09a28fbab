import type { Closure } from "../../core/domain/decision/log-record.ts";
import { isManager } from "../../core/http/principal.ts";
import { findLead, planOf } from "../scope.ts";
import { appendRecord } from "./append-record.ts";
import { checkOwned, recordBase, refused, type CommandDeps, type CommandOutcome, type LeadCommand } from "./command.ts";

/** Why a lead is lost. Without "other" on purpose (SPEC §8): it would soon be the only reason in every report. */
export const CLOSE_REASONS = [
  "bought_elsewhere",
  "no_budget",
  "no_need",
  "no_decision",
  "not_a_fit",
  "out_of_area",
  "price",
  "unreachable",
  "invalid_contact",
  "duplicate_customer",
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

export interface CloseCommand extends LeadCommand {
  readonly reason: CloseReason;
}

/** Lost, with the reason. */
export function createCloseLead(deps: CommandDeps) {
  return async function closeLead(command: CloseCommand): Promise<CommandOutcome> {
    return endLead(deps, command, { result: "closed", reason: command.reason });
  };
}

/** Ends the life of a lead: by its owner, or by a manager, who may also end one that nobody owns. */
export async function endLead(
  deps: CommandDeps,
  command: LeadCommand,
  end: Pick<Closure, "result" | "reason">,
): Promise<CommandOutcome> {
  const { principal, leadId } = command;
  const plan = planOf(deps.plans, principal);
  const state = await findLead(deps.reads, { principal, plan }, leadId);
  const refusal = checkOwned(command, state);
  const mayEndUnowned = refusal === "not_owned" && isManager(principal);
  if (refusal !== null && !mayEndUnowned) return refused(refusal);
  return appendRecord(deps, {
    type: "closure",
    ...recordBase(state, command, deps.clock()),
    ...end,
    repId: state.repId,
    loadMilli: state.loadMilli,
    identityKeys: state.facts.identityKeys,
  });
}
