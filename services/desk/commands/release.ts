import type { Release } from "../../core/domain/decision/log-record.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import { servesNode } from "../../core/domain/pool/claim.ts";
import { findLead, planOf } from "../scope.ts";
import { appendRecord } from "./append-record.ts";
import { checkOwned, recordBase, refused, type CommandDeps, type CommandOutcome, type LeadCommand } from "./command.ts";

export interface ReleaseCommand extends LeadCommand {
  /** The owner the caller means; another one by now refuses the release. */
  readonly repId: string | undefined;
  readonly reason: string;
  readonly poolId: string | undefined;
}

/** Back to a pool that serves the lead's node; where there is none, back to the router. */
export function createReleaseLead(deps: CommandDeps) {
  return async function releaseLead(command: ReleaseCommand): Promise<CommandOutcome> {
    const { principal, leadId, repId, reason, poolId } = command;
    const plan = planOf(deps.plans, principal);
    const state = await findLead(deps.reads, { principal, plan }, leadId);
    const refusal = checkOwned(command, state);
    if (refusal !== null || state.repId === null) return refused(refusal ?? "not_owned");
    if (repId !== undefined && repId !== state.repId) return refused("not_owner");
    return appendRecord(deps, {
      type: "release",
      ...recordBase(state, command, deps.clock()),
      repId: state.repId,
      reason,
      loadMilli: state.loadMilli,
      to: destination(plan, state.nodeId, poolId),
    });
  };
}

function destination(plan: CompiledPlan, nodeId: string, poolId: string | undefined): Release["to"] {
  if (poolId === undefined) {
    const pool = plan.poolOfNode(nodeId);
    return pool === undefined ? { kind: "reroute" } : { kind: "public", poolId: pool.poolId };
  }
  const pool = plan.pool(poolId);
  if (pool === undefined || !pool.enabled || !servesNode(pool, nodeId, plan.tree)) {
    throw new Fault("REQUEST_INVALID", "No such pool takes leads of this node", { at: "/poolId" });
  }
  return { kind: "public", poolId };
}
