import { createLogFold, type LogFold } from "../domain/decision/log-fold.ts";
import type { LogRecord } from "../domain/decision/log-record.ts";
import type { Clock } from "../domain/lead/clock.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log, Topic } from "../ports/log.ts";

export interface RecoverDeps {
  readonly ledger: Pick<Ledger, "readyEpoch" | "seed">;
  readonly log: Pick<Log, "decisions" | "control">;
  /** Tenants that need a ledger even before their first lead. */
  readonly tenantIds: () => readonly string[];
  readonly clock: Clock;
  /** Names the process in the control topic, for the person who reads it. */
  readonly startedBy: string;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

export type RecoveryProgress =
  | { readonly step: "started"; readonly epoch: number }
  | { readonly step: "folded"; readonly epoch: number; readonly records: number; readonly tookMs: number }
  | { readonly step: "activated" | "superseded"; readonly epoch: number; readonly tookMs: number };

/**
 * Makes the ledger the fold of the log again, after any doubt about it (steps R1 to R5 of the protocol). Calls that
 * arrive while a recovery runs share it. Does nothing if the ledger is ready for the present epoch.
 *
 * A leader that dies anywhere in here leaves the control topic ahead of the ledger, so nobody routes, and the next one
 * starts again with a higher epoch. Two leaders at once are harmless: the barrier of the higher epoch voids the rest.
 *
 * @throws Fault LEDGER_UNAVAILABLE or LOG_UNAVAILABLE; try again later.
 */
export function createRecoverLedger(deps: RecoverDeps): () => Promise<void> {
  let running: Promise<void> | null = null;
  return function recoverLedger() {
    running ??= recoverOnce(deps).finally(() => {
      running = null;
    });
    return running;
  };
}

async function recoverOnce(deps: RecoverDeps): Promise<void> {
  const { ledger, log, tenantIds, clock, startedBy, onProgress } = deps;
  const ready = await ledger.readyEpoch(tenantIds());
  if (ready !== null && ready === (await log.control.endOffset(0))) return;

  const startMs = clock();
  const epoch = (await log.control.append(0, [{ atMs: startMs, startedBy }])) + 1;
  onProgress?.({ step: "started", epoch });
  const marks = await appendBarriers(log.decisions, epoch);
  const fold = createLogFold();
  for (const tenantId of tenantIds()) fold.tenant(tenantId);
  const records = await foldUpTo(log.decisions, marks, fold);
  onProgress?.({ step: "folded", epoch, records, tookMs: clock() - startMs });
  const rows = new Map(Array.from(fold.tenants, ([tenantId, { ledger: image }]) => [tenantId, image.rows()]));
  const step = await ledger.seed(epoch, rows);
  onProgress?.({ step, epoch, tookMs: clock() - startMs });
}

/** R2: from here on, decisions of an older epoch are void. Answers the offset behind each barrier. */
async function appendBarriers(decisions: Topic<LogRecord>, epoch: number): Promise<readonly number[]> {
  const partitions = Array.from({ length: decisions.partitionCount }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => (await decisions.append(partition, [{ type: "barrier", epoch }])) + 1),
  );
}

/** Folds each partition of the log up to a mark, from its first record. @returns how many records were read */
export async function foldUpTo(decisions: Topic<LogRecord>, marks: readonly number[], fold: LogFold): Promise<number> {
  let records = 0;
  for (const [partition, mark] of marks.entries()) {
    for await (const entries of decisions.readRange(partition, 0, mark)) {
      records += entries.length;
      for (const entry of entries) if (entry.kind === "value") fold.add(partition, entry.value);
    }
  }
  return records;
}
