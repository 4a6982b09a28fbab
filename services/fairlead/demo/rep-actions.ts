/** A lead in a rep's private pool, as the rep sees it. */
export interface OwnedLead {
  readonly leadId: string;
  readonly assignedAtMs: number;
  readonly lastFollowUpAtMs: number | null;
}

/** A refusal is an outcome: two reps may want the same lead, and a former owner has to wait. */
export type ActionOutcome = { readonly kind: "done" } | { readonly kind: "refused"; readonly reason: string };

export type FollowUpKind = "visit" | "call" | "message";

/** Some of the closing reasons the service accepts; a closed list there, so literals here. */
export const CLOSING_REASONS = ["no_budget", "bought_elsewhere", "unreachable", "no_need", "price"] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

/**
 * All a simulated rep can do. The composition root backs it by HTTP or by the desk in the same process.
 *
 * - Lists are one page; `listPrivatePool` gives every lead the rep owns, or at least 100 of them.
 * - Faults (the service is away) reject; they end that visit only, and are in the report of the tick.
 */
export interface RepActions {
  listPrivatePool(repId: string): Promise<readonly OwnedLead[]>;
  /** Longest in the pool first. */
  listPool(poolId: string): Promise<readonly { readonly leadId: string }[]>;
  followUp(leadId: string, repId: string, kind: FollowUpKind): Promise<ActionOutcome>;
  release(leadId: string, repId: string, reason: string): Promise<ActionOutcome>;
  claim(leadId: string, repId: string): Promise<ActionOutcome>;
  convert(leadId: string, repId: string): Promise<ActionOutcome>;
  close(leadId: string, repId: string, reason: ClosingReason): Promise<ActionOutcome>;
}
