import { POOL_CHANNEL } from "../../support/plan-builder.ts";
import type { LeadState } from "../../../services/core/domain/decision/lead-state.ts";
import type { Closure } from "../../../services/core/domain/decision/log-record.ts";
import type { LeadFacts } from "../../../services/core/domain/lead/lead.ts";
import { leadRequest } from "./clients.ts";
import { TENANT, partitionOf } from "./plans.ts";
import type { World } from "./world.ts";

/** Facts of a lead that goes to the pool at once. */
export const TO_POOL: Partial<LeadFacts> = { source: { channel: POOL_CHANNEL, campaign: "", referrer: "" } };

export function put(world: World, leadId: string, facts: Partial<LeadFacts> = {}): void {
  world.leads.append(partitionOf(TENANT, leadId), [leadRequest(leadId, facts)]);
}

export function stateOf({ judge }: World, leadId: string): LeadState | undefined {
  return judge.fold.tenants.get(TENANT)?.leads.get(leadId);
}

export function statusOf(world: World, leadId: string): string {
  return stateOf(world, leadId)?.status ?? "unknown";
}

export function fail({ judge }: World, what: string): void {
  judge.violations.push(`the story ends wrong: ${what}`);
}

export function mustBe(world: World, leadId: string, statuses: readonly LeadState["status"][]): void {
  const status = statusOf(world, leadId);
  if (!statuses.some((allowed) => allowed === status))
    fail(world, `${leadId} is ${status}, not ${statuses.join(" or ")}`);
}

/** Every steward looks at the waiting leads. */
export function sweep({ services }: World): void {
  for (const { retryWaiting } of services) retryWaiting.sweep().catch(() => undefined);
}

/** Something that happens once, before the first call of this kind. */
export function once(label: string, happen: (world: World) => void): (world: World, label: string) => void {
  const done = new WeakSet<World>();
  return (world, called) => {
    if (called !== label || done.has(world)) return;
    done.add(world);
    happen(world);
  };
}

/** A closure of a lead by its owner, in the log by another way than the desk. */
export function closeOwned(world: World, leadId: string): void {
  const { cycle, repId, loadMilli, facts } = stateOf(world, leadId)!;
  const closure: Closure = {
    type: "closure",
    tenantId: TENANT,
    leadId,
    cycle,
    atMs: world.scheduler.nowMs,
    operator: "crm",
    result: "closed",
    reason: "no_need",
    repId,
    loadMilli,
    identityKeys: facts.identityKeys,
  };
  world.decisions.append(partitionOf(TENANT, leadId), [closure]);
}
