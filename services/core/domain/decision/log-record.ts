import type { LeadFacts } from "../lead/lead.ts";
import type { Explanation } from "./explanation.ts";

/** What a decision did with a lead. */
export type Outcome =
  | { readonly kind: "assigned"; readonly repId: string }
  | { readonly kind: "parked"; readonly reason: ParkReason }
  | { readonly kind: "public"; readonly poolId: string }
  | { readonly kind: "duplicate"; readonly ofLeadId: string }
  | { readonly kind: "rejected"; readonly reason: string }
  /** Dead-lettered: the input could never be decided. */
  | { readonly kind: "dead"; readonly reason: string };

/** Why a lead waits. `match_failed` is a defect of ours, which must hold up this lead only. */
export const PARK_REASONS = ["no_territory", "no_candidate", "no_capacity", "manual", "match_failed"] as const;
export type ParkReason = (typeof PARK_REASONS)[number];

/**
 * How a decision came about: the router, for a lead that came or came back after its end (`routed`) or that waited
 * (`rerouted`); a rep's claim; a transfer.
 */
export const DECISION_VIAS = ["routed", "rerouted", "claimed", "transferred"] as const;
export type DecisionVia = (typeof DECISION_VIAS)[number];

/** Which rule found the org node (SPEC §4, resolution order). */
export const TERRITORY_RULES = ["account", "predicate", "polygon", "code", "default", "none"] as const;
export type TerritoryRule = (typeof TERRITORY_RULES)[number];

/**
 * What an assignment did to the fairness ledger, written down so that a fold gives the same numbers to the last bit
 * without knowing policies or plans.
 */
export interface LedgerCharge {
  /** Load the lead adds to its owner, thousandths of a unit. */
  readonly loadMilli: number;
  /** The rep's virtual time after this assignment. */
  readonly credit: number;
  /** The tenant's assignment counter; the rep with the smallest waited longest. */
  readonly turn: number;
  /** The lowest virtual time among colleagues who could have taken a lead; returners start here. */
  readonly floor: number;
}

interface RecordBase {
  readonly tenantId: string;
  readonly leadId: string;
  /** Ownership round of the lead this record speaks about, from 1. */
  readonly cycle: number;
  readonly atMs: number;
  /** Who or what did it: `router`, `steward`, or the principal's id. */
  readonly operator: string;
}

/** Opens cycle `cycle`. At most one per (tenant, lead, cycle) is effective (I2). */
export interface Decision extends RecordBase {
  readonly type: "decision";
  /** hash(tenant, lead, cycle), without the rep: conflicting decisions collide everywhere downstream. */
  readonly decisionId: string;
  /** Capacity epoch under which the slot was reserved; void behind a barrier of a higher one (V1). */
  readonly epoch: number;
  readonly outcome: Outcome;
  readonly via: DecisionVia;
  readonly planVersion: number;
  readonly nodeId: string;
  readonly territoryId: string;
  readonly territoryRule: TerritoryRule;
  readonly segment: string;
  readonly charge: LedgerCharge;
  /** End of the owner's protection, or null when nothing falls due. */
  readonly dueAtMs: number | null;
  readonly facts: LeadFacts;
  readonly explanation: Explanation | null;
}

/** Ends the ownership of cycle `cycle`: the lead goes to a pool, or back to the router. */
export interface Release extends RecordBase {
  readonly type: "release";
  readonly repId: string;
  readonly reason: string;
  readonly loadMilli: number;
  readonly to: { readonly kind: "public"; readonly poolId: string } | { readonly kind: "reroute" };
}

/** Ends the life of a lead: won, lost, or handed to marketing. */
export interface Closure extends RecordBase {
  readonly type: "closure";
  readonly result: "converted" | "closed" | "nurture";
  readonly reason: string;
  /** The owner whose slot is freed; null if the lead had none. */
  readonly repId: string | null;
  readonly loadMilli: number;
  /** Freed, so that the customer's next enquiry is a lead of its own. */
  readonly identityKeys: readonly string[];
}

/**
 * A closed lead comes back, in a cycle of its own (`cycle` + 1) that has no decision; the router gives it the one after.
 * Else a decision for `cycle` + 1 that was reserved before the closure, and appended late, would count behind it.
 */
export interface Reopening extends RecordBase {
  readonly type: "reopening";
  readonly reason: string;
}

/** The owner did something with the lead; moves its due time. */
export interface FollowUp extends RecordBase {
  readonly type: "follow_up";
  readonly repId: string;
  readonly kind: "visit" | "call" | "message";
  readonly dueAtMs: number | null;
}

/** Decisions of an older epoch behind this record are void, for every reader (V1). */
export interface Barrier {
  readonly type: "barrier";
  readonly epoch: number;
}

/** A routing plan became active. */
export interface PlanPublished {
  readonly type: "plan_published";
  readonly tenantId: string;
  readonly planVersion: number;
  readonly atMs: number;
}

/** A record about one lead. */
export type LeadRecord = Decision | Release | Closure | Reopening | FollowUp;
/** Everything the decision log may hold. */
export type LogRecord = LeadRecord | Barrier | PlanPublished;
