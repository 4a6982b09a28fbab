import { buildDecision } from "../core/domain/decision/build-decision.ts";
import type { Clock } from "../core/domain/lead/clock.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { ReserveResult } from "../core/domain/ledger/reservation.ts";
import { byPriority, matchLead, type MatchedLead } from "../core/domain/matching/match-lead.ts";
import type { CompiledPlan } from "../core/domain/plan/compiled-plan.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { Batch, BatchVerdict, Entry } from "../core/ports/log.ts";
import type { CommitOutcome, DecisionRequest } from "../core/protocol/commit-decisions.ts";
import type { BuryPoison, Unroutable } from "./bury-poison.ts";
import { gatherCalls } from "./gather-calls.ts";
import type { RouterEvents } from "./router-events.ts";

export interface RouteLeadsDeps {
  readonly plans: ActivePlans;
  /** Looks for plans that were published since. */
  readonly refreshPlans: () => Promise<void>;
  readonly commitDecisions: (requests: readonly DecisionRequest[]) => Promise<CommitOutcome>;
  readonly buryPoison: BuryPoison;
  readonly recoverLedger: () => Promise<void>;
  /** Resolves once all batches of one fetch have arrived; they are decided together. */
  readonly nextTurn: () => Promise<void>;
  readonly clock: Clock;
  readonly events: RouterEvents;
}

/** A reservation blocks the ledger for everybody else, so it must end soon. */
const MAX_LEADS_TOGETHER = 500;
/** So that one may be reserved while others are matched, appended and fenced, and none waits long for the ledger. */
const MAX_RUNS = 4;

/** The whole way of a batch of leads: match → reserve, append and fence → tell → set the hopeless aside. */
export function createRouteLeads(deps: RouteLeadsDeps) {
  const { plans, refreshPlans, commitDecisions, buryPoison, recoverLedger, nextTurn, clock, events } = deps;
  const decideTogether = gatherCalls(decide, {
    nextTurn,
    weightOf: ({ batch }) => batch.entries.length,
    maxWeight: MAX_LEADS_TOGETHER,
    maxRuns: MAX_RUNS,
  });

  return async function routeLeads(batch: Batch<LeadRequest>): Promise<BatchVerdict> {
    // The door may have heard of a tenant before we did, and what is buried does not come back.
    if (batch.entries.some((entry) => isOfUnknownTenant(entry, plans))) await refreshPlans();
    const { byTenant, unroutable } = sortEntries(batch, plans);
    const isDecided = byTenant.size === 0 || (await decideTogether({ batch, byTenant }));
    if (!isDecided) return { kind: "retry", afterMs: 50 };
    // Last, since a batch that was abandoned comes again with all that is hopeless in it.
    await buryPoison(batch.partition, unroutable);
    return { kind: "commit" };
  };

  /** False if the batches were abandoned. */
  async function decide(parts: readonly SortedBatch[]): Promise<boolean> {
    const atMs = clock();
    const routed = Array.from(mergeTenants(parts), ([tenantId, { plan, requests }]) => {
      const matched = requests.map((request) => matchLead(plan, request, atMs)).sort(byPriority);
      return { matched, request: decisionRequest(plans, tenantId, { matched, atMs }) };
    });
    await Promise.all(parts.map(({ batch }) => batch.heartbeat()));

    const outcome = await commitDecisions(routed.map(({ request }) => request));
    if (outcome.kind === "abandoned") {
      events.onAbandoned(outcome.reason);
      await recoverLedger();
      return false;
    }
    const decidedAtMs = clock();
    routed.forEach(({ matched }, i) => events.onRouted(matched, outcome.results[i] ?? [], decidedAtMs));
    return true;
  }
}

function decisionRequest(
  plans: ActivePlans,
  tenantId: string,
  { matched, atMs }: { matched: readonly MatchedLead[]; atMs: number },
): DecisionRequest {
  return {
    tenantId,
    atMs,
    items: matched.map(({ item }) => item),
    async decide(results, epoch) {
      const asDecided = await asReserved(plans, matched, results);
      return asDecided.map((lead, i) => buildDecision(lead, results[i]!, epoch));
    },
  };
}

/** An attempt before this one may have reserved under another plan: the record then speaks in the terms of that one. */
async function asReserved(
  plans: ActivePlans,
  matched: readonly MatchedLead[],
  results: readonly ReserveResult[],
): Promise<readonly MatchedLead[]> {
  const isOfAnotherPlan = (lead: MatchedLead, i: number): boolean => {
    const result = results[i];
    return result?.kind === "decided" && result.planVersion !== lead.item.planVersion;
  };
  if (!matched.some(isOfAnotherPlan)) return matched;
  return Promise.all(
    matched.map(async (lead, i) => {
      const result = results[i];
      if (!isOfAnotherPlan(lead, i) || result?.kind !== "decided") return lead;
      const plan = await plans.version(lead.facts.tenantId, result.planVersion);
      return plan === null ? lead : matchLead(plan, lead.request, result.atMs);
    }),
  );
}

interface TenantBatch {
  readonly plan: CompiledPlan;
  readonly requests: LeadRequest[];
}

interface SortedBatch {
  readonly batch: Batch<LeadRequest>;
  readonly byTenant: ReadonlyMap<string, TenantBatch>;
}

/** Leads of all batches by tenant, since scarce capacity goes to the best of them all. */
function mergeTenants(parts: readonly SortedBatch[]): ReadonlyMap<string, TenantBatch> {
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

function isOfUnknownTenant(entry: Entry<LeadRequest>, plans: ActivePlans): boolean {
  return entry.kind === "value" && plans.current(entry.value.facts.tenantId) === null;
}

/** Leads by tenant, with the plan of this moment; what can't be decoded or belongs to nobody goes the other way. */
function sortEntries({ entries }: Batch<LeadRequest>, plans: ActivePlans) {
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
