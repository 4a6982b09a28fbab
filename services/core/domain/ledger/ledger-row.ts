import type { DecisionVia } from "../decision/log-record.ts";

/**
 * The ledger of one tenant as rows, the form in which it is seeded, dumped and compared with fold(log). Two ledgers are
 * equal if the sets of their rows' canonical strings are.
 */
export type LedgerRow =
  | {
      readonly kind: "lead";
      readonly leadId: string;
      readonly cycle: number;
      readonly status: LedgerLeadStatus;
      /** Owner, pool, original lead or reason code, as the status says; else empty. A `public` release keeps its pool. */
      readonly ref: string;
      /** How, under which plan and when this cycle was decided, and its charge; null and zeros once it has ended. */
      readonly via: DecisionVia | null;
      readonly planVersion: number;
      readonly atMs: number;
      readonly loadMilli: number;
      readonly credit: number;
      readonly turn: number;
      readonly floor: number;
    }
  | { readonly kind: "held"; readonly repId: string; readonly leadId: string; readonly cycle: number }
  /** A rep who holds nothing, has no window entry and was never charged is no row. */
  | {
      readonly kind: "rep";
      readonly repId: string;
      readonly held: number;
      readonly loadMilli: number;
      readonly credit: number;
      readonly turn: number;
    }
  /** Those of a rep and scope come oldest first. */
  | {
      readonly kind: "window";
      readonly repId: string;
      readonly scope: "intake" | "claim";
      readonly channel: string;
      readonly leadId: string;
      readonly cycle: number;
      readonly atMs: number;
    }
  | { readonly kind: "floor"; readonly nodeId: string; readonly floor: number }
  | { readonly kind: "identity"; readonly identityKey: string; readonly leadId: string }
  | { readonly kind: "turn"; readonly turn: number };

/**
 * `owned`, `parked`, `public`, `duplicate`, `rejected`, `dead` are outcomes of the lead's cycle. `released` and
 * `closed` say that the cycle was ended by a later record, so its outcome is no longer kept here.
 */
export type LedgerLeadStatus =
  | "owned"
  | "parked"
  | "public"
  | "duplicate"
  | "rejected"
  | "dead"
  | "released"
  | "closed";

/**
 * Windows look back at most this far. An entry is a row only while it is younger than this against the newest one of the
 * same rep and scope, so the rows don't depend on the order in which entries came or on when a ledger cleans up.
 */
export const WINDOW_HORIZON_MS = 32 * 86_400_000;
