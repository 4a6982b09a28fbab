import type { Predicate } from "./predicate.ts";

/** How one rep is chosen among those who may take the lead (SPEC §6.3). */
export const STRATEGIES = ["fair_fit", "best_fit", "round_robin", "weighted", "least_loaded"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface SkillRequirement {
  /** A skill name, or `{product}` for the lead's product (nothing is required of a lead that names none). */
  readonly skill: string;
  /** 1…5; the rep's level must be at least this. */
  readonly level: number;
}

/** One ring of a segment: who may take the lead, and how one is chosen. */
export interface Step {
  readonly requiredSkills: readonly SkillRequirement[];
  /** If true the rep must speak the lead's language (when the lead names one). */
  readonly languageRequired: boolean;
  /** Raise the fit of reps at this level, without excluding others. */
  readonly preferredSkills: readonly SkillRequirement[];
  readonly minSeniority: number;
  readonly strategy: Strategy;
  /** How many lead units a better fitting rep may run ahead of the least served one (fair_fit). */
  readonly fairnessBound: number;
  /** The lead must have waited this long since capture before this step may be used (D8). 0 for the first. */
  readonly afterWaitMs: number;
  /** `team` is the lead's node; `parent` widens to every team below its parent. */
  readonly scope: "team" | "parent";
}

/** Where a lead goes that no step could place. */
export type Fallback =
  | { readonly kind: "parked" }
  | { readonly kind: "public"; readonly poolId: string | null }
  | { readonly kind: "owner"; readonly repId: string };

/** Who a rule is for, and its steps. The first segment whose `when` holds is used. */
export interface Segment {
  readonly name: string;
  readonly when: Predicate;
  /** What one such lead adds to the owner's load, in thousandths of a unit. */
  readonly loadMilli: number;
  readonly steps: readonly Step[];
  readonly fallback: Fallback;
}

/** The rules by which leads of a node (and of its descendants without their own policy) are matched. */
export interface Policy {
  readonly nodeId: string;
  readonly segments: readonly Segment[];
}
