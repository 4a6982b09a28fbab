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

/**
 * Where a caller stands: a rep in the teams that the plan of this moment has him in, whatever his key says, so that a
 * transfer takes effect with its plan; everyone else at the node of his key. Null is above all nodes.
 */
export function placesOf({ nodeId, repId }: Principal, plan: CompiledPlan): readonly string[] | null {
  if (repId !== null) return plan.rep(repId)?.rep.nodeIds ?? [];
  return nodeId === null ? null : [nodeId];
}

/** What a caller may see: where he stands and everything below it. */
export function scopeOf(principal: Principal, plan: CompiledPlan): ReadScope {
  const places = placesOf(principal, plan);
  const nodeIds = places?.flatMap((nodeId) => plan.tree.subtree(nodeId)) ?? null;
  return { tenantId: principal.tenantId, nodeIds };
}

export function seesNode(principal: Principal, nodeId: string, plan: CompiledPlan): boolean {
  const places = placesOf(principal, plan);
  return places === null || plan.tree.ancestry(nodeId).some((above) => places.includes(above));
}

/** A rep is visible from each of his teams. */
export function seesRep(principal: Principal, rep: Rep, plan: CompiledPlan): boolean {
  return placesOf(principal, plan) === null || rep.nodeIds.some((nodeId) => seesNode(principal, nodeId, plan));
}

/** The same of a rep by id; whoever left the plan is known to those above all nodes only. */
export function seesRepId(principal: Principal, repId: string, plan: CompiledPlan): boolean {
  const rep = plan.rep(repId)?.rep;
  return rep === undefined ? placesOf(principal, plan) === null : seesRep(principal, rep, plan);
}

/** A pool is visible to those above it, and to those it serves: they may claim from it. */
export function seesPool(principal: Principal, pool: Pool, plan: CompiledPlan): boolean {
  const places = placesOf(principal, plan) ?? [];
  return seesNode(principal, pool.nodeId, plan) || places.some((nodeId) => servesNode(pool, nodeId, plan.tree));
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
  const scope = scopeOf(principal, plan);
  const inSubtree = await reads.lead(scope, leadId);
  if (inSubtree !== null) return inSubtree;
  const { tenantId, repId } = principal;
  const state = scope.nodeIds === null ? null : await reads.lead({ tenantId, nodeIds: null }, leadId);
  if (state === null) throw notFound();
  const pool = state.poolId === null ? undefined : plan.pool(state.poolId);
  const isInPool = state.status === "public" && pool !== undefined && seesPool(principal, pool, plan);
  const isOwn = repId !== null && state.status === "owned" && state.repId === repId;
  if (!isInPool && !isOwn) throw notFound();
  return state;
}
