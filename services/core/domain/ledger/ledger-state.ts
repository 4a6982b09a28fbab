import type { LedgerLeadStatus } from "./ledger-row.ts";
import type { DecisionVia } from "../decision/log-record.ts";
import type { CandidateList, WindowLimit, WindowScope } from "./reservation.ts";

/** How full one rep is, and whose turn it is. */
export interface Fill {
  held: number;
  loadMilli: number;
  /** Virtual time: lead units received per unit of fairness weight. */
  credit: number;
  /** The tenant's counter when this rep was last charged for a lead; 0 is never. */
  turn: number;
}

/** Of the reps of one list, in its order. */
export interface ListFills {
  readonly candidates: readonly Fill[];
  /** Of the colleagues who are present. */
  readonly present: readonly Fill[];
}

/** What the ledger knows of one lead: the outcome of its latest cycle, or that the cycle has ended. */
export interface LeadEntry {
  readonly cycle: number;
  readonly status: LedgerLeadStatus;
  readonly ref: string;
  /** How the outcome came about, and under which plan; null and 0 once the cycle has ended. */
  readonly via: DecisionVia | null;
  readonly planVersion: number;
  readonly atMs: number;
  readonly loadMilli: number;
  readonly credit: number;
  readonly turn: number;
  readonly floor: number;
}

/**
 * A reservation of cycle 2 or later whose decision has not been seen in the log yet: the end of the cycle before may
 * still come first there. Cycle 1 has none before it.
 */
export interface Unconfirmed {
  /** Of the reservation. Its decision carries the same; a cycle is reserved once in an epoch. */
  readonly epoch: number;
  readonly channel: string;
}

/** A slot to be taken. */
export interface Holding {
  readonly repId: string;
  readonly leadId: string;
  readonly cycle: number;
  readonly loadMilli: number;
  /** The window that the lead counts in; null for transfers, which count in none. */
  readonly window: WindowScope | null;
  readonly channel: string;
  readonly atMs: number;
}

/**
 * What `reserveBatch` reads and writes. The memory ledger is one, and so is the snapshot in which the Redis adapter
 * repeats what its script did.
 */
export interface LedgerState {
  /** The tenant's assignment counter: the order in which slots were given. */
  turn: number;
  lead(leadId: string): LeadEntry | undefined;
  /** The lead that an identity key belongs to. */
  leadOf(identityKey: string): string | undefined;
  /** Always the same object for one rep. */
  fill(repId: string): Fill;
  /** The same objects. */
  fillsOf(list: CandidateList): ListFills;
  /** Leads of the window that are younger than its length at `atMs`; one exactly that old is out. */
  windowCount(repId: string, window: WindowLimit, atMs: number): number;
  /** 0 for a node that has none yet. */
  floor(nodeId: string): number;
  raiseFloor(nodeId: string, floor: number): void;
  record(leadId: string, entry: LeadEntry): void;
  /** The slot's reservation stays unconfirmed until its decision is read from the log. */
  expectDecision(slot: string, reservation: Unconfirmed): void;
  register(identityKey: string, leadId: string): void;
  /** @param fill of the rep, who is mostly at hand already */
  take(holding: Holding, fill: Fill): void;
}
