import type { LeadFacts } from "../lead/lead.ts";
import { holds } from "../matching/predicate.ts";
import { resolveTerritory, type TerritoryLookup } from "../territory/resolve-territory.ts";
import type { Placement } from "./compiled-plan.ts";
import type { RoutingPlan } from "./routing-plan.ts";

const NOWHERE: Placement = { nodeId: null, territoryId: "", rule: "none" };

/**
 * Finds the node a lead belongs to, in the order of SPEC §4: named account, predicates, polygon, code, default.
 */
export function createPlaceLead(plan: RoutingPlan, lookup: TerritoryLookup): (facts: LeadFacts) => Placement {
  const nodeOfAccount = new Map(plan.accounts.map(({ companyKey, nodeId }) => [companyKey, nodeId]));
  const fallback: Placement =
    plan.defaultNodeId === null ? NOWHERE : { nodeId: plan.defaultNodeId, territoryId: "", rule: "default" };

  return function placeLead(facts) {
    const accountNode = facts.companyKey === "" ? undefined : nodeOfAccount.get(facts.companyKey);
    if (accountNode !== undefined) return { nodeId: accountNode, territoryId: facts.companyKey, rule: "account" };
    const predicate = plan.predicates.find(({ when }) => holds(when, facts));
    if (predicate !== undefined) {
      return { nodeId: predicate.nodeId, territoryId: predicate.predicateId, rule: "predicate" };
    }
    const { latitudeDeg, longitudeDeg, postalCode, adminCode } = facts.location;
    const match = resolveTerritory(lookup, {
      latitudeDeg: latitudeDeg ?? undefined,
      longitudeDeg: longitudeDeg ?? undefined,
      postalCode,
      adminCode,
    });
    if (match.kind === "none") return fallback;
    return { nodeId: match.territory.nodeId, territoryId: match.territory.territoryId, rule: match.kind };
  };
}
