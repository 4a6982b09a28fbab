import type { Predicate } from "../matching/predicate.ts";
import type { OrgNode } from "../organisation/org-tree.ts";
import type { Rep } from "../rep/rep.ts";
import type { Territory } from "../territory/territory.ts";
import type { Policy } from "../matching/policy.ts";
import type { Pool } from "../pool/pool.ts";
import type { ScoreRule } from "../scoring/score-lead.ts";

/** A company served by one org node wherever it is; resolved before any polygon (SPEC §4). */
export interface NamedAccount {
  readonly companyKey: string;
  readonly nodeId: string;
}

/** Leads whose facts satisfy `when` belong to a node before any polygon is asked (industry, product line). */
export interface TerritoryPredicate {
  readonly predicateId: string;
  readonly nodeId: string;
  readonly when: Predicate;
}

/** One immutable numbered publication of a tenant's configuration (ARCHITECTURE §7). */
export interface RoutingPlan {
  readonly tenantId: string;
  readonly version: number;
  readonly orgNodes: readonly OrgNode[];
  readonly reps: readonly Rep[];
  readonly territories: readonly Territory[];
  readonly accounts: readonly NamedAccount[];
  readonly predicates: readonly TerritoryPredicate[];
  readonly pools: readonly Pool[];
  /** Resolved from the lead's node upwards: the nearest ancestor with a policy decides. */
  readonly policies: readonly Policy[];
  readonly scoreRules: readonly ScoreRule[];
  /** Node that takes leads no territory claims; null parks them. */
  readonly defaultNodeId: string | null;
}
