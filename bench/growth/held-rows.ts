import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import type { Rep } from "../../services/core/domain/rep/rep.ts";

/** The ledger of an installation where so many leads are held, as a recovery seeds it: generated while it is sent. */
export function* heldRows(reps: readonly Rep[], count: number): Generator<LedgerRow> {
  if (count === 0) return;
  const each = new Map<string, number>();
  const atMs = Date.now() - 3_600_000;
  for (let index = 0; index < count; index += 1) {
    const { repId } = reps[index % reps.length]!;
    const leadId = `ffffffff-0000-7000-8000-${index.toString(16).padStart(12, "0")}`;
    each.set(repId, (each.get(repId) ?? 0) + 1);
    const how = { via: "routed", planVersion: 1, atMs } as const;
    const charge = { loadMilli: 1_000, credit: 1_000, turn: index + 1, floor: 0 };
    yield { kind: "lead", leadId, cycle: 1, status: "owned", ref: repId, ...how, ...charge };
    yield { kind: "held", repId, leadId, cycle: 1 };
    // Nearly every lead has a phone number or an address.
    yield { kind: "identity", identityKey: `i${index.toString(36).padStart(21, "0")}`, leadId };
  }
  for (const [repId, held] of each) {
    yield { kind: "rep", repId, held, loadMilli: held * 1_000, credit: held * 1_000, turn: count };
  }
  yield { kind: "turn", turn: count };
}
