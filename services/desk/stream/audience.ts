import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { changeOf } from "../reads/history-view.ts";
import { placesOf } from "../scope.ts";
import { frameOf } from "./frame.ts";
import type { ChangeInPlan } from "./visible-to.ts";

/** @param frame the event as it is written to everyone who follows the feed */
export type Hear = (frame: string, event: LeadEvent) => void;

interface Member {
  readonly principal: Principal;
  readonly hear: Hear;
}

/**
 * Those who listen, and by what an event becomes theirs under the plan of the moment: the nodes they stand at (empty for
 * the whole tenant), and the rep they are.
 */
interface TenantAudience {
  readonly members: Set<Member>;
  plan: CompiledPlan | null;
  byNode: Map<string, Set<Member>>;
  byRep: Map<string, Set<Member>>;
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
  add(principal: Principal, hear: Hear): () => void {
    const { tenantId } = principal;
    const tenant = this.#tenants.get(tenantId) ?? {
      members: new Set(),
      plan: null,
      byNode: new Map(),
      byRep: new Map(),
    };
    this.#tenants.set(tenantId, tenant);
    const member = { principal, hear };
    tenant.members.add(member);
    for (const group of groupsOf(tenant, member)) group.add(member);
    this.#size += 1;
    return () => {
      if (!tenant.members.delete(member)) return;
      for (const group of groupsOf(tenant, member)) group.delete(member);
      this.#size -= 1;
      if (tenant.members.size === 0) this.#tenants.delete(tenantId);
    };
  }

  /** @param idOf the id from which whoever heard the event resumes behind it; asked only if somebody hears it */
  tell(event: LeadEvent, idOf: () => string): void {
    const tenant = this.#tenants.get(event.tenantId);
    const plan = tenant === undefined ? null : this.#plans.current(event.tenantId);
    if (tenant === undefined || plan === null) return;
    if (plan !== tenant.plan) regroup(tenant, plan);
    const change = changeOf(event, plan);
    const hearers = hearersOf(tenant, event, { change, plan });
    if (hearers.size === 0) return;
    const frame = frameOf(idOf(), change);
    for (const { hear } of hearers) hear(frame, event);
  }

  clear(): void {
    for (const { members } of this.#tenants.values()) members.clear();
    this.#tenants.clear();
    this.#size = 0;
  }
}

/** By where everyone stands now. */
function regroup(tenant: TenantAudience, plan: CompiledPlan): void {
  tenant.plan = plan;
  tenant.byNode = new Map();
  tenant.byRep = new Map();
  for (const member of tenant.members) {
    for (const group of groupsOf(tenant, member)) group.add(member);
  }
}

/** The groups of a member, made where they are not there yet; none before the first event. */
function groupsOf({ plan, byNode, byRep }: TenantAudience, { principal }: Member): readonly Set<Member>[] {
  if (plan === null) return [];
  const groups = (placesOf(principal, plan) ?? [WHOLE_TENANT]).map((nodeId) => groupAt(byNode, nodeId));
  return principal.repId === null ? groups : [...groups, groupAt(byRep, principal.repId)];
}

function groupAt(groups: Map<string, Set<Member>>, key: string): Set<Member> {
  const group = groups.get(key) ?? new Set();
  groups.set(key, group);
  return group;
}

function hearersOf({ byNode, byRep }: TenantAudience, event: LeadEvent, { change, plan }: ChangeInPlan): Set<Member> {
  const { tree } = plan;
  const pool = change.poolId === null ? undefined : plan.pool(change.poolId);
  const nodeIds = [WHOLE_TENANT, ...tree.ancestry(event.nodeId)];
  // A pool is heard by those above it, and by those it serves.
  if (pool !== undefined) nodeIds.push(...tree.ancestry(pool.nodeId), ...tree.subtree(pool.nodeId));
  const hearers = new Set<Member>();
  const invite = (group: Set<Member> | undefined): void => group?.forEach((member) => hearers.add(member));
  for (const nodeId of nodeIds) invite(byNode.get(nodeId));
  if (event.fromRepId !== null) invite(byRep.get(event.fromRepId));
  if (event.toRepId !== null) invite(byRep.get(event.toRepId));
  return hearers;
}
