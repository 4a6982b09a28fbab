import type { CandidateList, RepGrant } from "../ledger/reservation.ts";
import type { LeadFacts } from "../lead/lead.ts";
import type { Segment } from "../matching/policy.ts";
import type { OrgTree } from "../organisation/org-tree.ts";
import type { Pool } from "../pool/pool.ts";
import type { Rep } from "../rep/rep.ts";
import type { TerritoryLookup } from "../territory/resolve-territory.ts";
import type { TerritoryRule } from "../decision/log-record.ts";
import type { RoutingPlan } from "./routing-plan.ts";

/** The node a lead belongs to, and the rule that said so. */
export interface Placement {
  /** Null if no rule placed the lead. */
  readonly nodeId: string | null;
  /** Id of the territory, account, or predicate that decided; empty for `default` and `none`. */
  readonly territoryId: string;
  readonly rule: TerritoryRule;
}

export interface CompiledRep {
  readonly rep: Rep;
  /** Limits for leads the router gives. */
  readonly routeGrant: RepGrant;
  /** Limits for leads the rep claims or is handed: pool and daily claims, no intake caps. */
  readonly claimGrant: RepGrant;
}

/** A routing plan made ready to answer quickly. Immutable but for caches. */
export interface CompiledPlan {
  readonly plan: RoutingPlan;
  readonly version: number;
  readonly tree: OrgTree;
  readonly territories: TerritoryLookup;
  rep(repId: string): CompiledRep | undefined;
  pool(poolId: string): Pool | undefined;
  /** The enabled pool of the node, or of its nearest ancestor that has one. */
  poolOfNode(nodeId: string): Pool | undefined;
  place(facts: LeadFacts): Placement;
  /** The first segment of the nearest policy that holds for the lead; undefined if no policy does. */
  segment(nodeId: string, facts: LeadFacts): Segment | undefined;
  /**
   * Candidate lists of a segment's steps for a lead of a node at a time. Lists of equal leads are the same object, so
   * that one batch sends each once.
   */
  candidateLists(query: CandidateQuery): readonly CandidateList[];
}

export interface CandidateQuery {
  readonly nodeId: string;
  readonly segment: Segment;
  readonly facts: LeadFacts;
  readonly atMs: number;
  readonly excludedRepIds: readonly string[];
}
