import type { LeadFacts } from "../lead/lead.ts";
import type { TerritoryRule } from "./log-record.ts";

export const LEAD_STATUSES = [
  "owned",
  "parked",
  "public",
  /** Released and on its way back to the router. */
  "released",
  "converted",
  "closed",
  "nurture",
  "duplicate",
  "rejected",
  "dead",
] as const;
export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** A rep who owned the lead before, for cool-downs and the hand-over history. Newest last. */
export interface FormerOwner {
  readonly repId: string;
  readonly releasedAtMs: number;
}

/** What the log says about one lead now: the fold of its effective records. */
export interface LeadState {
  readonly tenantId: string;
  readonly leadId: string;
  readonly cycle: number;
  readonly status: LeadStatus;
  /** The owner while `owned`; the last owner once converted or closed; else null. */
  readonly repId: string | null;
  readonly nodeId: string;
  readonly territoryId: string;
  readonly territoryRule: TerritoryRule;
  readonly segment: string;
  /** Set while `public`. */
  readonly poolId: string | null;
  readonly decisionId: string;
  readonly planVersion: number;
  /** Why the lead is in this status: park reason, release reason, closing reason; empty if plainly assigned. */
  readonly reason: string;
  readonly duplicateOf: string | null;
  readonly loadMilli: number;
  /** When the lead entered this status. */
  readonly sinceMs: number;
  readonly lastFollowUpAtMs: number | null;
  readonly dueAtMs: number | null;
  readonly formerOwners: readonly FormerOwner[];
  /** The outcome of `cycle` as decided, to tell a duplicate record from a conflicting one. Empty if a reopening opened it. */
  readonly decided: string;
  readonly facts: LeadFacts;
}
