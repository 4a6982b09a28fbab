import type { LedgerChange, ReserveReply, ReserveRequest } from "../domain/ledger/reservation.ts";
import type { LedgerRow } from "../domain/ledger/ledger-row.ts";

/**
 * The atomic store of who owns what, how full everyone is and whose turn it is.
 *
 * Contract (test/contract/ledger.contract.ts):
 * - `reserve` is atomic and gives exactly the answers of `domain/ledger/reserve.ts` on the same state.
 * - `reserve` is idempotent by (lead, cycle): the first outcome is returned, nothing is taken twice.
 * - A refusal changes nothing.
 * - `apply` is idempotent; it answers `fenced` on a ledger older than `minEpoch`, having changed nothing.
 * - A ledger that lost or may have lost data answers `fenced`, never a guess.
 * - Faults are retriable `LEDGER_UNAVAILABLE`; the call's fate is then unknown, and repeating it is safe.
 */
export interface Ledger {
  reserve(request: ReserveRequest): Promise<ReserveReply>;
  apply(tenantId: string, changes: readonly LedgerChange[], minEpoch: number): Promise<"applied" | "fenced">;
  /** The epoch this ledger is ready for, or null if it must be recovered first. */
  readyEpoch(tenantIds: readonly string[]): Promise<number | null>;
  /**
   * Replaces the whole content by `rows` and activates it as `epoch` (R4, R5). Answers `superseded` if a later epoch
   * is active or the server changed identity meanwhile; the caller then starts again.
   */
  seed(epoch: number, tenants: ReadonlyMap<string, Iterable<LedgerRow>>): Promise<"activated" | "superseded">;
  /** Everything held for a tenant, in no order, to compare with fold(log). */
  dump(tenantId: string): AsyncIterable<LedgerRow>;
  close(): Promise<void>;
}
