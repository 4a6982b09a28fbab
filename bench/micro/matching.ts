/**
 * Place and candidate lists of one lead: the compiled plan, against the obvious way, which asks an R-tree with Turf and
 * then looks at every rep of the plan. Demo plan and demo leads, everybody on shift. Both must name the same candidates.
 * Writes bench/results/matching.json. Run: `node bench/micro/matching.ts`.
 */
import { writeFileSync } from "node:fs";
import type { LeadFacts } from "../../services/core/domain/lead/lead.ts";
import { fitOf, hardFilter } from "../../services/core/domain/matching/eligibility.ts";
import { holds } from "../../services/core/domain/matching/predicate.ts";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import type { CompiledPlan } from "../../services/core/domain/plan/compiled-plan.ts";
import { createCodeIndex } from "../../services/core/domain/territory/code-index.ts";
import { createExactIndex } from "../../services/core/domain/territory/point-in-territory.ts";
import { presenceOf } from "../../services/core/domain/rep/presence.ts";
import { scoreLead } from "../../services/core/domain/scoring/score-lead.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { describeMachine } from "../pipeline/report.ts";
import { round, spread } from "../pipeline/summary.ts";
import { threadMicros } from "./thread-micros.ts";

const LEADS = 20_000;
/** The obvious way is slow. */
const OBVIOUS_LEADS = 2_000;
const ROUNDS = 9;

type Match = (facts: LeadFacts, atMs: number) => readonly string[][];

const { plan, leads } = await createLeadPool(LEADS, "on-shift");
const compiled = compilePlan({ ...plan, version: 1 });
const all = leads.map(({ facts }): LeadFacts => ({ ...facts, score: scoreLead(plan.scoreRules, facts) }));

/** Rep ids of the candidates of each step. */
const ours: Match = (facts, atMs) => {
  const { nodeId } = compiled.place(facts);
  const segment = nodeId === null ? undefined : compiled.segment(nodeId, facts);
  if (nodeId === null || segment === undefined) return [];
  const lists = compiled.candidateLists({ nodeId, segment, facts, atMs, excludedRepIds: [] });
  return lists.map(({ candidates }) => candidates as never);
};

const matchObviously = createObvious(compiled);
const atMs = Date.now();
let differences = 0;
for (const facts of all.slice(0, OBVIOUS_LEADS)) {
  const [one, other] = [ours(facts, atMs), matchObviously(facts, atMs)];
  const ids = one.map((list) => (list as unknown as { grant: { repId: string } }[]).map(({ grant }) => grant.repId));
  if (JSON.stringify(ids) !== JSON.stringify(other)) differences += 1;
}
const rounds = Array.from({ length: ROUNDS + 1 }, () => ({
  place: micros(all, (facts) => compiled.place(facts)),
  placeAndLists: micros(all, (facts) => ours(facts, atMs)),
  obvious: micros(all.slice(0, OBVIOUS_LEADS), (facts) => matchObviously(facts, atMs)),
})).slice(1);
const result = {
  bench: "micro/matching",
  unit: "µs of CPU of the thread per lead",
  ...describeMachine(),
  setup: { leads: LEADS, reps: plan.reps.length, territories: plan.territories.length, rounds: ROUNDS },
  place: spread(rounds.map(({ place }) => place)),
  placeAndLists: spread(rounds.map(({ placeAndLists }) => placeAndLists)),
  obvious: spread(rounds.map(({ obvious }) => obvious)),
  obviousByOurs: spread(rounds.map(({ obvious, placeAndLists }) => obvious / placeAndLists)),
  differences,
};
writeFileSync(new URL("../results/matching.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
if (differences > 0) process.exitCode = 1;

function micros(facts: readonly LeadFacts[], match: (facts: LeadFacts) => unknown): number {
  const start = threadMicros();
  for (const one of facts) match(one);
  return round((threadMicros() - start) / facts.length);
}

/** Without anything prepared but the indexes that everybody would use. */
function createObvious({ plan: source, tree }: CompiledPlan): Match {
  const exact = createExactIndex(source.territories);
  const codes = createCodeIndex(exact.territories);
  const nodeOf = (facts: LeadFacts): string | null => {
    const predicate = source.predicates.find(({ when }) => holds(when, facts));
    if (predicate !== undefined) return predicate.nodeId;
    const { longitudeDeg, latitudeDeg } = facts.location;
    const index = exact.find(longitudeDeg ?? Number.NaN, latitudeDeg ?? Number.NaN);
    const found = index === -1 ? codes.find(facts.location)?.index : index;
    return found === undefined ? source.defaultNodeId : exact.territories[found]!.territory.nodeId;
  };
  return (facts, nowMs) => {
    const nodeId = nodeOf(facts);
    if (nodeId === null) return [];
    const policyNode = tree.ancestry(nodeId).find((id) => source.policies.some((policy) => policy.nodeId === id));
    const policy = source.policies.find((one) => one.nodeId === policyNode);
    const segment = policy?.segments.find(({ when }) => holds(when, facts));
    const steps = segment?.steps.filter(({ afterWaitMs }) => afterWaitMs <= nowMs - facts.capturedAtMs) ?? [];
    return steps.map((step) => {
      const group = step.scope === "parent" ? (tree.node(nodeId)?.parentId ?? nodeId) : nodeId;
      const below = tree.subtree(group);
      return source.reps
        .filter((rep) => rep.nodeIds.some((id) => below.includes(id)))
        .filter((rep) => presenceOf(rep, nowMs).state === "present" && hardFilter(rep, step, facts) === null)
        .map((rep) => ({ rep, fit: fitOf(rep, step, facts) }))
        .sort((a, b) => (a.rep.repId < b.rep.repId ? -1 : 1))
        .map(({ rep }) => rep.repId);
    });
  };
}
