import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Principal } from "../../core/http/principal.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import type { Change } from "../reads/history-view.ts";
import { seesNode, seesPool } from "../scope.ts";

/** What a caller may hear of an event, by the plan of this moment. `change` is the event's. */
export function isVisibleTo(principal: Principal, event: LeadEvent, { change, plan }: ChangeInPlan): boolean {
  const { tenantId, repId } = principal;
  if (event.tenantId !== tenantId) return false;
  const pool = change.poolId === null ? undefined : plan.pool(change.poolId);
  return (
    seesNode(principal, event.nodeId, plan) ||
    (pool !== undefined && seesPool(principal, pool, plan)) ||
    (repId !== null && (event.fromRepId === repId || event.toRepId === repId))
  );
}

export interface ChangeInPlan {
  readonly change: Change;
  readonly plan: CompiledPlan;
}
