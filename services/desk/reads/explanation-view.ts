import { Type, type Static } from "typebox";
import { VERDICTS, type CandidateVerdict } from "../../core/domain/decision/explanation.ts";
import { TERRITORY_RULES, type Decision } from "../../core/domain/decision/log-record.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { iso } from "../lead-view.ts";
import { describeVerdict } from "./describe-verdict.ts";
import type { PlanReps } from "./plan-reps.ts";
import { summariseDecision } from "./summarise-decision.ts";

/** Why this rep, and why not each other one. */
export const ExplanationSchema = Type.Object({
  leadId: Type.String(),
  decisionId: Type.String(),
  cycle: Type.Integer(),
  at: Type.String({ description: "ISO 8601, UTC" }),
  via: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
  planVersion: Type.Integer(),
  nodeId: Type.String(),
  territoryId: Type.String(),
  territoryRule: Type.Enum([...TERRITORY_RULES]),
  segment: Type.String(),
  step: Type.Integer({ description: "The step that placed the lead, from 0; -1 if none did" }),
  isComplete: Type.Boolean({
    description: "False when the decision was written by a repetition, which no longer knows the candidates.",
  }),
  summary: Type.String(),
  hidden: Type.Integer({ description: "Candidates of teams that the caller does not see; they are not listed." }),
  candidates: Type.Array(
    Type.Object({
      repId: Type.String(),
      name: Type.String(),
      verdict: Type.Enum([...VERDICTS]),
      fit: Type.Number({ minimum: 0, maximum: 1 }),
      why: Type.String(),
      change: Type.String({ description: "The smallest change that would have let the rep pass this check." }),
    }),
  ),
  others: Type.Array(Type.Object({ verdict: Type.Enum([...VERDICTS]), count: Type.Integer() }), {
    description: "Beyond some hundred candidates: how many each check settled of those who are not named.",
  }),
});
export type ExplanationView = Static<typeof ExplanationSchema>;

const FIT_ONE = 10_000;

/** The last decision of a history; undefined without one. */
export function lastDecision(history: readonly LeadEvent[]): Decision | undefined {
  return history.map(({ record }) => record).findLast((record) => record.type === "decision");
}

export interface ExplainOptions {
  /** In force now, for the names of nodes and pools. */
  readonly plan: CompiledPlan;
  /** Of the plan that the decision was made under. */
  readonly reps: PlanReps;
  /** Whether the caller may see the rep: a step may have asked those of other teams too (I11). */
  readonly sees: (repId: string) => boolean;
}

export function explain(decision: Decision, { plan, reps, sees }: ExplainOptions): ExplanationView {
  const { outcome, explanation } = decision;
  const candidates = explanation?.candidates ?? [];
  // Whoever sees the lead sees who owns it.
  const seen = candidates.filter(({ repIndex, verdict }) => verdict === "chosen" || sees(repAt(reps, repIndex).repId));
  return {
    leadId: decision.leadId,
    decisionId: decision.decisionId,
    cycle: decision.cycle,
    at: iso(decision.atMs),
    via: decision.via,
    outcome: outcome.kind,
    reason: "reason" in outcome ? outcome.reason : "",
    planVersion: decision.planVersion,
    nodeId: decision.nodeId,
    territoryId: decision.territoryId,
    territoryRule: decision.territoryRule,
    segment: decision.segment,
    step: explanation?.step ?? -1,
    isComplete: explanation !== null,
    summary: summariseDecision(decision, plan, (repId) => nameOf(reps, repId)),
    hidden: candidates.length - seen.length,
    candidates: seen.map((candidate) => viewOf(candidate, reps)),
    others: (explanation?.counted ?? []).map(({ verdict, count }) => ({ verdict, count })),
  };
}

function viewOf(candidate: CandidateVerdict, reps: PlanReps): ExplanationView["candidates"][number] {
  const { repIndex, verdict, fit } = candidate;
  const { repId, name } = repAt(reps, repIndex);
  return { repId, name, verdict, fit: fit / FIT_ONE, ...describeVerdict(candidate, name === "" ? repId : name) };
}

function repAt(reps: PlanReps, repIndex: number): PlanReps[number] {
  const rep = reps[repIndex];
  if (rep === undefined) throw new Error(`The plan of an explanation has no rep ${repIndex}.`);
  return rep;
}

const nameOf = (reps: PlanReps, repId: string): string => reps.find((rep) => rep.repId === repId)?.name || repId;
