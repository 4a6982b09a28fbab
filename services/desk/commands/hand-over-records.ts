import { explanationOf } from "../../core/domain/decision/build-decision.ts";
import { decisionId } from "../../core/domain/decision/decision-id.ts";
import type { LeadState } from "../../core/domain/decision/lead-state.ts";
import type { Decision, LeadRecord, Release } from "../../core/domain/decision/log-record.ts";
import type { ReserveResult } from "../../core/domain/ledger/reservation.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";

export interface HandOverResult {
  /** The lead before. */
  readonly state: LeadState;
  readonly result: ReserveResult;
  readonly epoch: number;
  readonly operator: string;
  /** Ends the present ownership, just before the decision; null if the lead has no owner. */
  readonly release: Release | null;
}

/**
 * The records of what the ledger answered to a claim or transfer, or null if there is nothing to write.
 *
 * An outcome of an earlier attempt is written as it was, in the terms of the plan it was reserved under and even if it
 * names another rep: his slot is taken, and an attempt that died before its append must not leave it so for nothing.
 */
export async function handOverRecords(
  plans: Pick<ActivePlans, "version">,
  { state, result, epoch, operator, release }: HandOverResult,
): Promise<readonly LeadRecord[] | null> {
  if (result.kind !== "decided" || result.outcome.kind !== "assigned") return null;
  const { outcome, via, planVersion, atMs, charge } = result;
  const { tenantId, leadId, territoryId, territoryRule, segment, facts } = state;
  const plan = await plans.version(tenantId, planVersion);
  const cycle = state.cycle + 1;
  const decision: Decision = {
    type: "decision",
    tenantId,
    leadId,
    cycle,
    atMs,
    operator,
    decisionId: decisionId(tenantId, leadId, cycle),
    epoch,
    outcome,
    via,
    planVersion,
    nodeId: plan === null ? state.nodeId : nodeOfWork(plan, state, outcome.repId),
    territoryId,
    territoryRule,
    segment,
    charge,
    dueAtMs: null,
    facts,
    explanation: explanationOf(result),
  };
  return release === null ? [decision] : [{ ...release, atMs }, decision];
}

/**
 * The team that will work the lead, so that its new owner sees it: the lead's own node if the rep is of it, else his
 * team below that node, else his first.
 */
export function nodeOfWork(plan: CompiledPlan, { nodeId }: Pick<LeadState, "nodeId">, repId: string): string {
  const nodeIds = plan.rep(repId)?.rep.nodeIds ?? [];
  if (nodeIds.includes(nodeId)) return nodeId;
  const below = nodeIds.find((own) => plan.tree.ancestry(own).includes(nodeId));
  return below ?? nodeIds[0] ?? nodeId;
}
