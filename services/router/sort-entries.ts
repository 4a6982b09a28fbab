import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { CompiledPlan } from "../core/domain/plan/compiled-plan.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { Batch, Entry } from "../core/ports/log.ts";
import type { Unroutable } from "./bury-poison.ts";

/** Leads of one tenant, and the plan they are routed by. */
export interface TenantBatch {
  readonly plan: CompiledPlan;
  readonly requests: LeadRequest[];
}

export interface SortedBatch {
  readonly batch: Batch<LeadRequest>;
  readonly byTenant: ReadonlyMap<string, TenantBatch>;
}

/** Leads of all batches by tenant, since scarce capacity goes to the best of them all. */
export function mergeTenants(parts: readonly SortedBatch[]): ReadonlyMap<string, TenantBatch> {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first?.byTenant ?? new Map();
  const merged = new Map<string, TenantBatch>();
  for (const { byTenant } of parts) {
    for (const [tenantId, { plan, requests }] of byTenant) {
      const before = merged.get(tenantId)?.requests ?? [];
      merged.set(tenantId, { plan, requests: [...before, ...requests] });
    }
  }
  return merged;
}

export function isOfUnknownTenant(entry: Entry<LeadRequest>, plans: ActivePlans): boolean {
  return entry.kind === "value" && plans.current(entry.value.facts.tenantId) === null;
}

/** Leads by tenant, with the plan of this moment; what can't be decoded or belongs to nobody goes the other way. */
export function sortEntries({ entries }: Batch<LeadRequest>, plans: ActivePlans) {
  const byTenant = new Map<string, TenantBatch>();
  const unroutable: Unroutable[] = [];
  for (const entry of entries) {
    if (entry.kind === "poison") {
      unroutable.push(entry);
      continue;
    }
    const { tenantId } = entry.value.facts;
    const known = byTenant.get(tenantId);
    if (known !== undefined) {
      known.requests.push(entry.value);
      continue;
    }
    const plan = plans.current(tenantId);
    if (plan === null) unroutable.push({ ...entry, code: "TENANT_UNKNOWN", at: "tenantId" });
    else byTenant.set(tenantId, { plan, requests: [entry.value] });
  }
  return { byTenant, unroutable };
}
