import type { DecisionVia, LedgerCharge, Outcome } from "../decision/log-record.ts";
import type { CandidateVerdict, VerdictCount } from "../decision/explanation.ts";
import type { Strategy } from "../matching/policy.ts";

/** Leads are counted against rolling windows of these kinds. A claim uses up `claim`, everything else `intake`. */
export type WindowScope = "intake" | "claim";

export interface WindowLimit {
  readonly scope: WindowScope;
  /** Only leads of this channel; null counts all of the scope. */
  readonly channel: string | null;
  readonly lengthMs: number;
  readonly limit: number;
}

/** What one rep may hold, under one plan version. Compiled once per plan and shared by reference. */
export interface RepGrant {
  readonly repId: string;
  /** Position in the plan's list of reps; explanations name the rep by it. */
  readonly repIndex: number;
  readonly privatePool: number;
  /** Infinity if unlimited. */
  readonly loadMilli: number;
  readonly fairnessWeight: number;
  readonly windows: readonly WindowLimit[];
}

export interface Candidate {
  readonly grant: RepGrant;
  /** Integer 0…10000. */
  readonly fit: number;
}

/**
 * Reps who passed every hard filter for leads of one profile, ordered by rep id. Shared by reference between leads:
 * adapters send one list once per batch however many leads use it.
 */
export interface CandidateList {
  /** Fairness group: virtual-time floors are kept per org node. Empty for a list across teams, which has no floor. */
  readonly nodeId: string;
  readonly candidates: readonly Candidate[];
  /** Every rep of the node on shift now, whatever the skills; the floor is taken over those with room. */
  readonly present: readonly RepGrant[];
  readonly strategy: Strategy;
  /** Lead units, for fair_fit. */
  readonly fairnessBound: number;
  /** Reps a hard filter stopped, for the explanation. */
  readonly filtered: readonly CandidateVerdict[];
}

/** What becomes of a lead that no list could place. `refuse` changes nothing at all. */
export type Otherwise = Exclude<Outcome, { kind: "assigned" }> | { readonly kind: "refuse" };

/** A request to give one lead the outcome of one cycle. */
export interface ReserveItem {
  readonly leadId: string;
  readonly cycle: number;
  /** Of a lead that comes or comes back; empty for all others, which have theirs (claims, transfers, re-routes). */
  readonly identityKeys: readonly string[];
  readonly loadMilli: number;
  readonly channel: string;
  /** Says which windows count the lead, and whether it costs its owner a turn. */
  readonly via: DecisionVia;
  /** Of the plan that lists and limits come from. */
  readonly planVersion: number;
  /** Tried in order; the first list with room decides. */
  readonly lists: readonly CandidateList[];
  readonly otherwise: Otherwise;
  /** For a transfer: the owner of `cycle - 1`, whose slot stays held until the release is read from the log. */
  readonly transferFromRepId: string | null;
}

export interface ReserveRequest {
  readonly tenantId: string;
  /** Epoch the caller believes in; another one means fenced. */
  readonly epoch: number;
  /** The time of these assignments for the windows; never the server's clock. */
  readonly atMs: number;
  /** In priority order: earlier items choose first. */
  readonly items: readonly ReserveItem[];
}

/** A reservation whose decision has not been seen in the log. */
export interface UnfinishedReservation {
  readonly leadId: string;
  readonly cycle: number;
  readonly via: DecisionVia;
}

export type ReserveRefusal = "no_capacity" | "already_owned" | "stale_version" | "lead_closed" | Limit;
export type Limit = "private_pool_full" | "load_full" | "intake_window_full" | "daily_claim_limit";

export type ReserveResult =
  /**
   * The outcome of exactly this cycle. `replayed` if an earlier call made it, in its own way and under its own plan: the
   * explanation is then not known.
   */
  | {
      readonly kind: "decided";
      readonly outcome: Outcome;
      readonly charge: LedgerCharge;
      readonly atMs: number;
      readonly via: DecisionVia;
      readonly planVersion: number;
      readonly replayed: boolean;
      readonly step: number;
      readonly verdicts: readonly CandidateVerdict[];
      /** Of very many candidates those without a verdict of their own. */
      readonly counted: readonly VerdictCount[];
    }
  /** The lead is past this cycle, so an effective decision for it is already in the log. */
  | { readonly kind: "superseded" }
  /** Nothing changed. */
  | { readonly kind: "refused"; readonly reason: ReserveRefusal };

export type ReserveReply =
  | { readonly kind: "reserved"; readonly results: readonly ReserveResult[] }
  /** The ledger is not the one of this epoch, or not ready: abandon the batch, recover, try again. */
  | { readonly kind: "fenced" };

/** The effect of a log record on the ledger. Records of one lead come in their order; replaying any of them is harmless. */
export type LedgerChange =
  | {
      readonly kind: "ended";
      readonly leadId: string;
      readonly cycle: number;
      /** The owner whose slot is freed; null if the lead had none. */
      readonly repId: string | null;
      readonly loadMilli: number;
      readonly status: "public" | "released" | "closed";
      readonly poolId: string;
      /** Forgotten with the lead; empty unless closed. */
      readonly identityKeys: readonly string[];
    }
  | { readonly kind: "reopened"; readonly leadId: string; readonly cycle: number }
  /** The decision of a cycle from 2 on stands in the log: what ends the cycle before it comes too late from now on. */
  | {
      readonly kind: "confirmed";
      readonly leadId: string;
      readonly cycle: number;
      /** Of the decision: a ledger of another epoch made another reservation, which this does not confirm. */
      readonly epoch: number;
    };
