import { ledgerChange } from "../domain/ledger/ledger-change.ts";
import type { LogRecord } from "../domain/decision/log-record.ts";
import type { LedgerChange } from "../domain/ledger/reservation.ts";
import { Fault } from "../domain/fault.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Batch, BatchVerdict, Entry, GroupReader, Log } from "../ports/log.ts";

export interface ApplyLogDeps {
  readonly ledger: Pick<Ledger, "apply">;
  readonly log: Pick<Log, "decisions" | "control">;
  readonly recoverLedger: () => Promise<void>;
  /** Told a record's bytes; what can't change the ledger is not read. */
  readonly mayChangeLedger: (bytes: Uint8Array) => boolean;
  /** Called with the number of freed or reopened leads, after they are in the ledger. */
  readonly onApplied?: (changes: number) => void;
  readonly onFault?: (error: unknown) => void;
}

const RETRY_MS = 250;
/**
 * Where decisions come all the time, a slot that was given back may be given away so much later. Each delivery is a request
 * for all partitions, to pass over nearly all that it brings.
 */
const GATHER_MS = 100;

/**
 * Keeps the ledger up with what ends ownership: releases, closures and reopenings are written to the log first and reach
 * the ledger only from here. The other order exceeds limits (41 % of the model's schedules): a slot freed in Redis can
 * be given away, and logged, before the release itself is in the log.
 *
 * Decisions go the other way, the ledger first. From cycle 2 on a closure of the cycle before may overtake one, and the
 * ledger can tell only by what it is told here in log order: that closure, or the decision that it came too late for.
 */
export function startApplyLog(deps: ApplyLogDeps): Promise<GroupReader> {
  return deps.log.decisions.consume({
    group: "fairlead.applier",
    wants: deps.mayChangeLedger,
    // What is applied twice changes nothing.
    keepsPlace: true,
    gatherMs: () => GATHER_MS,
    handle: (batch) => applyBatch(deps, batch),
  });
}

async function applyBatch(deps: ApplyLogDeps, batch: Batch<LogRecord>): Promise<BatchVerdict> {
  const byTenant = changesByTenant(batch.entries);
  if (byTenant.size === 0) return { kind: "commit" };
  try {
    // Read after the records were: no barrier that precedes one of them can have a higher epoch.
    const epoch = await deps.log.control.endOffset(0);
    for (const [tenantId, changes] of byTenant) {
      if ((await deps.ledger.apply(tenantId, changes, epoch)) === "fenced") {
        await deps.recoverLedger();
        return { kind: "retry", afterMs: RETRY_MS };
      }
      const ended = changes.filter(({ kind }) => kind !== "confirmed").length;
      if (ended > 0) deps.onApplied?.(ended);
    }
    return { kind: "commit" };
  } catch (error) {
    if (!(error instanceof Fault && error.retriable)) deps.onFault?.(error);
    return { kind: "retry", afterMs: RETRY_MS };
  }
}

function changesByTenant(entries: readonly Entry<LogRecord>[]): Map<string, LedgerChange[]> {
  const byTenant = new Map<string, LedgerChange[]>();
  for (const entry of entries) {
    if (entry.kind !== "value") continue;
    const record = entry.value;
    if (record.type === "barrier" || record.type === "plan_published") continue;
    const change = ledgerChange(record);
    if (change === null) continue;
    const changes = byTenant.get(record.tenantId);
    if (changes === undefined) byTenant.set(record.tenantId, [change]);
    else changes.push(change);
  }
  return byTenant;
}
