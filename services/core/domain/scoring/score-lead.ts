import type { LeadFacts } from "../lead/lead.ts";
import { holds, type Predicate } from "../matching/predicate.ts";

/** One reason to add or take points; rules are summed and capped to 0…100. */
export interface ScoreRule {
  readonly name: string;
  readonly when: Predicate;
  readonly points: number;
}

const MAX_SCORE = 100;

/** Points of all rules that hold, within 0…100. The score orders leads when capacity is scarce (D7). */
export function scoreLead(rules: readonly ScoreRule[], facts: LeadFacts): number {
  let points = 0;
  for (const rule of rules) if (holds(rule.when, facts)) points += rule.points;
  return Math.min(MAX_SCORE, Math.max(0, points));
}

/** Names of the rules that gave the score, for the explanation. */
export function scoreReasons(rules: readonly ScoreRule[], facts: LeadFacts): readonly string[] {
  return rules.filter(({ when }) => holds(when, facts)).map(({ name, points }) => `${name} ${signed(points)}`);
}

const signed = (points: number): string => (points < 0 ? String(points) : `+${points}`);
