import { buildDecision } from "../core/domain/decision/build-decision.ts";
import type { ReserveResult } from "../core/domain/ledger/reservation.ts";
import { matchLead, type MatchedLead } from "../core/domain/matching/match-lead.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { DecisionRequest } from "../core/protocol/commit-decisions.ts";

/** Asks for the outcomes of matched leads of one tenant, in their order. */
export function decisionRequest(
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
      return isOfAnotherPlan(lead, i) && result?.kind === "decided" ? matchAsReserved(plans, lead, result) : lead;
    }),
  );
}

/** The lead as it was matched when its slot was reserved. */
export async function matchAsReserved(
  plans: ActivePlans,
  lead: MatchedLead,
  { planVersion, atMs }: Extract<ReserveResult, { kind: "decided" }>,
): Promise<MatchedLead> {
  const plan = await plans.version(lead.facts.tenantId, planVersion);
  return plan === null ? lead : matchLead(plan, lead.request, atMs);
}
