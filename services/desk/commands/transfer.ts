import type { Release } from "../../core/domain/decision/log-record.ts";
import { findLead, planOf } from "../scope.ts";
import {
  checkOwned,
  recordBase,
  refused,
  visibleRep,
  type CommandDeps,
  type CommandOutcome,
  type LeadCommand,
} from "./command.ts";
import { handOver } from "./hand-over.ts";

export interface TransferCommand extends LeadCommand {
  readonly toRepId: string;
  readonly reason: string;
}

/**
 * From one owner to another in one step: the target's slot is reserved while the owner's is still held, and release and
 * decision stand side by side in the log.
 */
export function createTransferLead(deps: CommandDeps) {
  return async function transferLead(command: TransferCommand): Promise<CommandOutcome> {
    const { principal, leadId, toRepId } = command;
    const plan = planOf(deps.plans, principal);
    const state = await findLead(deps.reads, { principal, plan }, leadId);
    const refusal = checkOwned(command, state);
    if (refusal !== null || state.repId === null) return refused(refusal ?? "not_owned");
    const { rep, claimGrant } = visibleRep(plan, principal, { repId: toRepId, at: "/toRepId" });
    if (rep.repId === state.repId) return refused("same_owner");
    if (!rep.active) return refused("rep_inactive");
    const atMs = deps.clock();
    const release: Release = {
      type: "release",
      ...recordBase(state, command, atMs),
      repId: state.repId,
      reason: `transferred: ${command.reason}`,
      loadMilli: state.loadMilli,
      to: { kind: "reroute" },
    };
    const { principalId: operator } = principal;
    return handOver(deps, { state, plan, rep, grant: claimGrant, via: "transferred", operator, atMs, release });
  };
}
