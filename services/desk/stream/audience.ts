import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { changeOf } from "../reads/history-view.ts";
import type { ChangeInPlan } from "./visible-to.ts";
import { frameOf } from "./frame.ts";

/** @param frame the event as it is written to everyone who follows the feed */
export type Hear = (frame: string, event: LeadEvent) => void;

/** Those who listen, by what makes an event theirs: the node they stand at (empty for the whole tenant), and the rep they are. */
interface TenantAudience {
  readonly byNode: Map<string, Set<Hear>>;
  readonly byRep: Map<string, Set<Hear>>;
}

const WHOLE_TENANT = "";

/**
 * Finds who may hear an event without asking everyone: a thousand listeners cost an event no more than those it is for.
 * The same answer as `isVisibleTo` for each of them, by the plan of this moment: who moved in the organisation hears by
 * his new place from the next event on.
 */
export class Audience {
  readonly #plans: ActivePlans;
  readonly #tenants = new Map<string, TenantAudience>();
  #size = 0;

  constructor(plans: ActivePlans) {
    this.#plans = plans;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns how to leave */
  add({ tenantId, nodeId, repId }: Principal, hear: Hear): () => void {
    const tenant = this.#tenants.get(tenantId) ?? { byNode: new Map(), byRep: new Map() };
    this.#tenants.set(tenantId, tenant);
    const leaves = [enter(tenant.byNode, nodeId ?? WHOLE_TENANT, hear)];
    if (repId !== null) leaves.push(enter(tenant.byRep, repId, hear));
    this.#size += 1;
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      this.#size -= 1;
      for (const leave of leaves) leave();
      if (tenant.byNode.size + tenant.byRep.size === 0) this.#tenants.delete(tenantId);
    };
  }

  /** @param idOf the id from which whoever heard the event resumes behind it; asked only if somebody hears it */
  tell(event: LeadEvent, idOf: () => string): void {
    const tenant = this.#tenants.get(event.tenantId);
    const plan = tenant === undefined ? null : this.#plans.current(event.tenantId);
    if (tenant === undefined || plan === null) return;
    const change = changeOf(event, plan);
    const hearers = hearersOf(tenant, event, { change, plan });
    if (hearers.size === 0) return;
    const frame = frameOf(idOf(), change);
    for (const hear of hearers) hear(frame, event);
  }

  clear(): void {
    this.#tenants.clear();
    this.#size = 0;
  }
}

function enter(groups: Map<string, Set<Hear>>, key: string, hear: Hear): () => void {
  const group = groups.get(key) ?? new Set();
  groups.set(key, group.add(hear));
  return () => {
    group.delete(hear);
    if (group.size === 0 && groups.get(key) === group) groups.delete(key);
  };
}

function hearersOf({ byNode, byRep }: TenantAudience, event: LeadEvent, { change, plan }: ChangeInPlan): Set<Hear> {
  const { tree } = plan;
  const pool = change.poolId === null ? undefined : plan.pool(change.poolId);
  const nodeIds = [WHOLE_TENANT, ...tree.ancestry(event.nodeId)];
  // A pool is heard by those above it, and by those it serves.
  if (pool !== undefined) nodeIds.push(...tree.ancestry(pool.nodeId), ...tree.subtree(pool.nodeId));
  const hearers = new Set<Hear>();
  const invite = (group: Set<Hear> | undefined): void => group?.forEach((hear) => hearers.add(hear));
  for (const nodeId of nodeIds) invite(byNode.get(nodeId));
  if (event.fromRepId !== null) invite(byRep.get(event.fromRepId));
  if (event.toRepId !== null) invite(byRep.get(event.toRepId));
  return hearers;
}
