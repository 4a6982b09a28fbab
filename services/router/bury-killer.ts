import { buildDecision } from "../core/domain/decision/build-decision.ts";
import type { Clock } from "../core/domain/lead/clock.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { MatchedLead } from "../core/domain/matching/match-lead.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { Entry } from "../core/ports/log.ts";
import type { CommitOutcome, DecisionRequest } from "../core/protocol/commit-decisions.ts";
import type { BuryPoison } from "./bury-poison.ts";
import { matchAsReserved } from "./decision-request.ts";
import type { RouterEvents } from "./router-events.ts";

export interface BuryKillerDeps {
  readonly plans: ActivePlans;
  readonly buryPoison: BuryPoison;
  readonly commitDecisions: (requests: readonly DecisionRequest[]) => Promise<CommitOutcome>;
  readonly recoverLedger: () => Promise<void>;
  readonly clock: Clock;
  readonly events: Pick<RouterEvents, "onAbandoned">;
}

const KILLER = "RECORD_KILLER";

/**
 * Gives up a record that killed the process whenever it was routed: to the dead-letter topic with its original bytes
 * first, then a decision that the lead is dead, so that it has an outcome as every other. Nothing of its content is
 * looked at but whose it is. If an attempt reserved something before it died, that reservation is what gets decided, as
 * any repeated one.
 */
export function createBuryKiller(deps: BuryKillerDeps) {
  const { plans, buryPoison, commitDecisions, recoverLedger, clock, events } = deps;

  return async function buryKiller(partition: number, entry: Entry<LeadRequest>, attempts: number): Promise<boolean> {
    await buryPoison(partition, [{ ...entry, code: KILLER, at: "", attempts }]);
    if (entry.kind === "poison") return true;
    const plan = plans.current(entry.value.facts.tenantId);
    if (plan === null) return true;
    const outcome = await commitDecisions([deathOf(plans, entry.value, { planVersion: plan.version, atMs: clock() })]);
    if (outcome.kind === "committed") return true;
    events.onAbandoned(outcome.reason);
    await recoverLedger();
    return false;
  };
}

function deathOf(
  plans: ActivePlans,
  request: LeadRequest,
  { planVersion, atMs }: { readonly planVersion: number; readonly atMs: number },
): DecisionRequest {
  const { facts, cycle } = request;
  const lead: MatchedLead = {
    request,
    facts,
    placement: { nodeId: null, territoryId: "", rule: "none" },
    segment: undefined,
    rerouteReason: "",
    item: {
      leadId: facts.leadId,
      cycle,
      identityKeys: [],
      loadMilli: 0,
      channel: facts.source.channel,
      via: cycle === 1 ? "routed" : "rerouted",
      planVersion,
      lists: [],
      otherwise: { kind: "dead", reason: KILLER },
      transferFromRepId: null,
    },
  };
  return {
    tenantId: facts.tenantId,
    atMs,
    items: [lead.item],
    async decide([result], epoch) {
      if (result === undefined) return [];
      // What was reserved has been matched once and survived it; its floor is that of its node.
      const isReserved = result.kind === "decided" && result.replayed;
      return [buildDecision(isReserved ? await matchAsReserved(plans, lead, result) : lead, result, epoch)];
    },
  };
}
