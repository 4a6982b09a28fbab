import type { LedgerImage } from "../domain/ledger/ledger-image.ts";
import type { Position } from "./store.ts";

/** Up to where a fold has read one partition, and what stood there last: another log is told from ours by it. */
export interface FoldPosition extends Position {
  /** Of the record before `next`; zeros if there is none. */
  readonly lastAppendedAtMs: number;
  readonly lastBytes: number;
}

/** The ledger that the log implies, folded up to a position of each partition. */
export interface LedgerFold {
  readonly positions: FoldPosition[];
  readonly tenants: Map<string, LedgerImage>;
}

export interface CheckpointHead {
  readonly positions: readonly FoldPosition[];
  readonly leads: number;
}

/**
 * Folds of the log, kept so that the next one need not begin at its first record. They are never needed: whatever is
 * missing, damaged, or written by another version of the fold is as if it was not there.
 *
 * Contract (test/contract/checkpoints.contract.ts): `newest` gives what was saved last, whole; a save that was cut short
 * leaves the one before. Faults are retriable `STORE_UNAVAILABLE`.
 */
export interface Checkpoints {
  /** Cheap: without the content. */
  head(): Promise<CheckpointHead | null>;
  newest(): Promise<LedgerFold | null>;
  save(fold: LedgerFold): Promise<void>;
}
