import type { Clock } from "../core/domain/lead/clock.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import { byPriority, matchLead } from "../core/domain/matching/match-lead.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { Batch, BatchVerdict } from "../core/ports/log.ts";
import type { CommitOutcome, DecisionRequest } from "../core/protocol/commit-decisions.ts";
import type { BuryPoison } from "./bury-poison.ts";
import { decisionRequest } from "./decision-request.ts";
import { gatherCalls } from "./gather-calls.ts";
import type { RouterEvents } from "./router-events.ts";
import { isOfUnknownTenant, mergeTenants, sortEntries, type SortedBatch } from "./sort-entries.ts";

export interface RouteLeadsDeps {
  readonly plans: ActivePlans;
  /** Looks for plans that were published since. */
  readonly refreshPlans: () => Promise<void>;
  readonly commitDecisions: (requests: readonly DecisionRequest[]) => Promise<CommitOutcome>;
  readonly buryPoison: BuryPoison;
  readonly recoverLedger: () => Promise<void>;
  /** Resolves once all that has arrived meanwhile was heard, as all batches of one fetch; they are decided together. */
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
    // Matching took as long as all that follows will: whoever else needs this process is heard between the two.
    await nextTurn();

    const outcome = await commitDecisions(routed.map(({ request }) => request));
    if (outcome.kind === "abandoned") {
      events.onAbandoned(outcome.reason);
      await recoverLedger();
      return false;
    }
    const decidedAtMs = clock();
    routed.forEach(({ matched }, i) => {
      events.onRouted(matched, outcome.results[i] ?? [], decidedAtMs);
      for (const { failure } of matched) if (failure !== undefined) events.onFault(failure);
    });
    return true;
  }
}
