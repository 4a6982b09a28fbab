import type { LeadState } from "../core/domain/decision/lead-state.ts";
import { Fault } from "../core/domain/fault.ts";
import type { CompiledPlan } from "../core/domain/plan/compiled-plan.ts";
import type { Pool } from "../core/domain/pool/pool.ts";
import { servesNode } from "../core/domain/pool/claim.ts";
import type { Rep } from "../core/domain/rep/rep.ts";
import type { Principal } from "../core/http/principal.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { LeadReads, ReadScope } from "../core/ports/store.ts";

/** The plan in force of the caller's tenant. */
export function planOf(plans: ActivePlans, { tenantId }: Principal): CompiledPlan {
  const plan = plans.current(tenantId);
  if (plan === null) throw new Fault("TENANT_UNKNOWN", "The tenant has no routing plan");
  return plan;
}

/** What a caller may see: his node and everything below it, by the plan of this moment. */
export function scopeOf({ tenantId, nodeId }: Principal, plan: CompiledPlan): ReadScope {
  return { tenantId, nodeIds: nodeId === null ? null : plan.tree.subtree(nodeId) };
}

export function seesNode({ nodeId: ownNodeId }: Principal, nodeId: string, plan: CompiledPlan): boolean {
  return ownNodeId === null || plan.tree.ancestry(nodeId).includes(ownNodeId);
}

/** A rep is visible from each of his teams. */
export function seesRep(principal: Principal, rep: Rep, plan: CompiledPlan): boolean {
  return principal.nodeId === null || rep.nodeIds.some((nodeId) => seesNode(principal, nodeId, plan));
}

/** A pool is visible to those above it, and to those it serves: they may claim from it. */
export function seesPool(principal: Principal, pool: Pool, plan: CompiledPlan): boolean {
  return (
    seesNode(principal, pool.nodeId, plan) ||
    (principal.nodeId !== null && servesNode(pool, principal.nodeId, plan.tree))
  );
}

/** Out of scope is told as unknown (I11). */
export function notFound(): Fault {
  return new Fault("NOT_FOUND", "There is no such thing in the caller's scope");
}

/**
 * A lead the caller may see: in his subtree, in a pool that serves him, or his own.
 *
 * @throws Fault NOT_FOUND
 */
export async function findLead(
  reads: Pick<LeadReads, "lead">,
  { principal, plan }: { readonly principal: Principal; readonly plan: CompiledPlan },
  leadId: string,
): Promise<LeadState> {
  const inSubtree = await reads.lead(scopeOf(principal, plan), leadId);
  if (inSubtree !== null) return inSubtree;
  const { tenantId, nodeId, repId } = principal;
  const state = nodeId === null ? null : await reads.lead({ tenantId, nodeIds: null }, leadId);
  if (state === null) throw notFound();
  const pool = state.poolId === null ? undefined : plan.pool(state.poolId);
  const isInPool = state.status === "public" && pool !== undefined && seesPool(principal, pool, plan);
  const isOwn = repId !== null && state.status === "owned" && state.repId === repId;
  if (!isInPool && !isOwn) throw notFound();
  return state;
}
