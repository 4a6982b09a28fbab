import type {
  LedgerChange,
  ReserveReply,
  ReserveRequest,
  UnfinishedReservation,
} from "../domain/ledger/reservation.ts";
import type { LedgerRow } from "../domain/ledger/ledger-row.ts";

/**
 * The atomic store of who owns what, how full everyone is and whose turn it is.
 *
 * Contract (test/contract/ledger.contract.ts):
 * - `reserve` is atomic and gives exactly the answers of `domain/ledger/reserve.ts` on the same state.
 * - `reserve` is idempotent by (lead, cycle): the first outcome is returned, nothing is taken twice.
 * - A refusal changes nothing.
 * - `apply` is idempotent; it answers `fenced` on a ledger older than `minEpoch`, having changed nothing. It takes the
 *   records of a lead in log order, effective or not; any part of them may be delivered again, in order.
 * - From cycle 2 on a reservation is unconfirmed until `apply` brings its decision (same cycle, epoch and time; a seeded
 *   one is confirmed). A closure of the cycle before that comes first voids it: slot and window entry are given back and
 *   the lead is closed in the cycle before. A release does not: it opens that same next cycle. A reopening opens a cycle
 *   of its own, so a decision that was reserved before the closure can never become effective behind it. Nobody reopens
 *   but who has seen the closure in the log, so it always comes first.
 * - Credit, turn and floor never sink. What a voided reservation was charged stays, and fold(log) counts the charges of
 *   stale decisions, so both agree once the decision has landed. If its append is lost for good, the ledger is ahead of
 *   the fold in these three numbers, never behind, until the next charge of that rep, tenant and node is logged or the
 *   ledger is rebuilt; only a re-route can do so, as claims and transfers charge nothing.
 * - An unconfirmed reservation whose append failed for good keeps its slot. Nobody may take it over, as the append may
 *   still land. Who asks for the same cycle gets the stored outcome, `replayed`, with its owner, `via`, plan version, charge and time,
 *   whoever was meant to have the lead, and appends just that (with the release, if the log has the lead still owned):
 *   then either append may land first.
 * - A ledger that lost or may have lost data answers `fenced`, never a guess.
 * - Faults are retriable `LEDGER_UNAVAILABLE`; the call's fate is then unknown, and repeating it is safe.
 */
export interface Ledger {
  reserve(request: ReserveRequest): Promise<ReserveReply>;
  apply(tenantId: string, changes: readonly LedgerChange[], minEpoch: number): Promise<"applied" | "fenced">;
  /** Reservations of cycle 2 or later that are unconfirmed; nothing on a fenced ledger. */
  unfinished(tenantId: string): Promise<readonly UnfinishedReservation[]>;
  /**
   * The epoch this ledger is ready for, or null if it must be recovered first. A fault if it could not be now: nobody
   * begins a recovery that a server is missing for. Without tenants it is the epoch in which one may be opened.
   */
  readyEpoch(tenantIds: readonly string[]): Promise<number | null>;
  /**
   * Replaces the whole content by `rows` and activates it as `epoch` (R4, R5). Answers `superseded` if a later epoch
   * is active or the server changed identity meanwhile; the caller then starts again. A lead's row comes before those
   * of its slots, and window entries of a rep and scope come oldest first. Rows that come as a LedgerImage are the
   * ledger's own from then on. A fault may leave the ledger of some tenants active, each whole.
   */
  seed(epoch: number, tenants: ReadonlyMap<string, Iterable<LedgerRow>>): Promise<"activated" | "superseded">;
  /**
   * Gives a tenant that has never been in the ledger of this epoch an empty one. That it was never there shows that the
   * log had nothing of it when the epoch began, and that nothing was reserved for it since; the others go on meanwhile.
   * Answers `known` if it was there, and may have been lost; `fenced` if the ledger is not one of this epoch.
   */
  open(tenantId: string, epoch: number): Promise<"opened" | "known" | "fenced">;
  /** Everything held for a tenant, in no order, to compare with fold(log). */
  dump(tenantId: string): AsyncIterable<LedgerRow>;
  close(): Promise<void>;
}
