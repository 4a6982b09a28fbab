import type { Predicate } from "../plan/routing-plan.ts";

/** One reason to add or take points; rules are summed and capped to 0…100. */
export interface ScoreRule {
  readonly name: string;
  readonly when: Predicate;
  readonly points: number;
}
