/**
 * Why one rep and not another. `won_*` never appears: the winner is `chosen`. The order is the order of checks.
 *
 * The `gap` beside a verdict is the smallest change that would have let the candidate pass that check: a whole number, of
 * thousandths where units can be divided.
 */
export const VERDICTS = [
  "chosen",
  /** Hard filters, in order. Gap: 0, or the missing levels for `skill_missing` and `seniority_too_low`. */
  "inactive",
  "absent",
  "off_shift",
  "excluded",
  "skill_missing",
  "language_missing",
  "seniority_too_low",
  /** Limits. Gap: slots, thousandths of a load unit, or leads that must leave the window. */
  "private_pool_full",
  "load_full",
  "intake_window_full",
  "daily_claim_limit",
  /** Distribution. Gap: thousandths of a lead unit ahead of the bound; fit points; thousandths; turns; 0 for ties by id. */
  "beyond_fairness_bound",
  "lower_fit",
  "more_credit_used",
  "served_more_recently",
  "higher_id",
  /** Gap: thousandths of a lead unit, or of a slot where the load is unlimited. */
  "more_loaded",
  /** The step (ring) this rep is in was not needed. */
  "step_not_reached",
  /** Had room, and the strategy put the chosen one first. Only ever counted. */
  "outranked",
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface CandidateVerdict {
  /**
   * Position of the rep in the list of reps of the plan version that the decision names. Plans are kept for ever, and a
   * number is a tenth of an id.
   */
  readonly repIndex: number;
  readonly verdict: Verdict;
  /** 0…10000, ten-thousandths. 0 for reps a hard filter stopped. */
  readonly fit: number;
  readonly gap: number;
}

/** How many reps a check settled who are not named. */
export interface VerdictCount {
  readonly verdict: Verdict;
  readonly count: number;
}

export interface Explanation {
  /** Index of the step that placed the lead, or -1. */
  readonly step: number;
  /** Each rep once: all of them, or of very many the chosen one and those who fit best. */
  readonly candidates: readonly CandidateVerdict[];
  /** The others. */
  readonly counted: readonly VerdictCount[];
}
