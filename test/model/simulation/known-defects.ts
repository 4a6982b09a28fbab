import type { Decision } from "../../../services/core/domain/decision/log-record.ts";

/**
 * Where the log does not say what the ledger knew when it gave a slot, so that I3 can't be judged by the log alone. The
 * slot was within its limit; a reader of the log, as the auditor is, sees an excess that never was. Each has a test in
 * `known-defects.test.ts` that fails as long as the defect is there; whoever repairs one deletes its allowance.
 *
 * - `replay under another name`: the ledger answers a repeated reservation with its first outcome, but the record is
 *   written with the plan version and the `via` of the repetition.
 * - `limits side by side`: reservations under different limits (a transfer beside a routed lead, two plan versions) reach
 *   the log in another order than the ledger gave them, so that the looser one seems to have been there before the
 *   stricter.
 * - `unfinished command`: a claim or transfer that was reserved and never logged, because whoever asked for it did not ask
 *   again, keeps its slot until the next recovery (I7). I7 is then not judged for the run.
 */
export type KnownDefect = "replay under another name" | "limits side by side" | "unfinished command";

/** Whether a decision was written from an answer that the ledger had given before. */
export const isReplayed = ({ explanation }: Decision): boolean => explanation === null;
