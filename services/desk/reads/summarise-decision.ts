import type { Explanation } from "../../core/domain/decision/explanation.ts";
import type { Decision, DecisionVia, ParkReason, TerritoryRule } from "../../core/domain/decision/log-record.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";

/** Complete by type: the compiler asks for the words of every new rule, way and reason. */
const PLACED: Readonly<Record<TerritoryRule, string>> = {
  account: "because it names the account",
  predicate: "by a rule on its attributes",
  polygon: "by its place on the map",
  code: "by its postal or administrative code",
  default: "because no territory claims it",
  none: "by no rule",
};
const CAME: Readonly<Record<DecisionVia, string>> = {
  routed: "was given it",
  rerouted: "was given it when it came round again",
  claimed: "claimed it",
  transferred: "was handed it",
};
const WAITS: Readonly<Record<ParkReason, string>> = {
  no_territory: "no territory claims it",
  no_candidate: "nobody may take a lead of its kind",
  no_capacity: "everyone who may take it is full or away",
  manual: "a supervisor gives it out by hand",
  match_failed: "a defect keeps it from being matched",
};

/** What became of the lead and why, in sentences for whoever asks. */
export function summariseDecision(
  { outcome, via, territoryRule, nodeId, explanation }: Decision,
  plan: Pick<CompiledPlan, "tree" | "pool">,
  nameOf: (repId: string) => string,
): string {
  const node = plan.tree.node(nodeId)?.name ?? nodeId;
  const where = nodeId === "" ? "No rule placed the lead." : `The lead is for ${node}, ${PLACED[territoryRule]}.`;
  const asked = explanation === null ? 0 : askedIn(explanation);
  switch (outcome.kind) {
    case "assigned":
      return sentences(where, `${nameOf(outcome.repId)} ${CAME[via]}.`, considered(asked - 1, "other rep"));
    case "parked":
      return sentences(where, `It waits: ${WAITS[outcome.reason]}.`, considered(asked, "rep"));
    case "public":
      return sentences(where, `It went to the pool ${plan.pool(outcome.poolId)?.name ?? outcome.poolId}.`);
    case "duplicate":
      return `It is the same customer as lead ${outcome.ofLeadId}.`;
    case "rejected":
    case "dead":
      return `It was not routed: ${outcome.reason}.`;
  }
}

const askedIn = ({ candidates, counted }: Explanation): number =>
  counted.reduce((sum, { count }) => sum + count, candidates.length);

/** Empty for nobody: then there was nobody to consider, or the decision no longer knows. */
function considered(count: number, noun: string): string {
  if (count <= 0) return "";
  return count === 1 ? `1 ${noun} was considered.` : `${count} ${noun}s were considered.`;
}

const sentences = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");
