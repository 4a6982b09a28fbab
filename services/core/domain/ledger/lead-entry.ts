import type { DecisionVia, LedgerCharge, Outcome } from "../decision/log-record.ts";
import type { LedgerLeadStatus } from "./ledger-row.ts";
import type { LeadEntry } from "./ledger-state.ts";

/** What a decision of the log and a reservation of the ledger have in common. */
export interface Decided {
  readonly cycle: number;
  readonly outcome: Outcome;
  readonly via: DecisionVia;
  readonly planVersion: number;
  readonly atMs: number;
  readonly charge: LedgerCharge;
}

/** How the ledger writes down an outcome. */
export function entryOf({ cycle, outcome, via, planVersion, atMs, charge }: Decided): LeadEntry {
  return {
    cycle,
    status: outcome.kind === "assigned" ? "owned" : outcome.kind,
    ref: refOf(outcome),
    via,
    planVersion,
    atMs,
    loadMilli: charge.loadMilli,
    credit: charge.credit,
    turn: charge.turn,
    floor: charge.floor,
  };
}

export function refOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "assigned":
      return outcome.repId;
    case "public":
      return outcome.poolId;
    case "duplicate":
      return outcome.ofLeadId;
    case "parked":
    case "rejected":
    case "dead":
      return outcome.reason;
  }
}

/** A cycle that a later record ended: its outcome is gone, and with it the numbers. */
export function endedEntry(cycle: number, status: "released" | "closed", ref: string): LeadEntry {
  return { cycle, status, ref, via: null, planVersion: 0, atMs: 0, loadMilli: 0, credit: 0, turn: 0, floor: 0 };
}

/** Whether the lead lives on in this status, so that its customer's next enquiry is a duplicate of it. */
export const keepsIdentity = (outcome: Outcome): boolean =>
  outcome.kind === "assigned" || outcome.kind === "parked" || outcome.kind === "public";

/** Whether a closure still finds the cycle open. A release needs an owner. */
export const mayClose = (status: LedgerLeadStatus): boolean =>
  status === "owned" || status === "parked" || status === "public" || status === "released";

/** Whether a record ended the cycle. The other statuses are outcomes of its decision. */
export const isEnded = (status: LedgerLeadStatus): boolean => status === "released" || status === "closed";
