import { createLogFold, type LogFold } from "../domain/decision/log-fold.ts";
import type { LogRecord } from "../domain/decision/log-record.ts";
import type { Clock } from "../domain/lead/clock.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log, RecoveryStart, Topic } from "../ports/log.ts";

export interface RecoverDeps {
  readonly ledger: Pick<Ledger, "readyEpoch" | "seed">;
  readonly log: Pick<Log, "decisions" | "control">;
  /** Tenants that need a ledger even before their first lead. */
  readonly tenantIds: () => readonly string[];
  readonly clock: Clock;
  /** Names the process in the control topic, for the person who reads it. */
  readonly startedBy: string;
  readonly wait: (ms: number) => Promise<void>;
  /**
   * How long a recovery that somebody else began is waited for before it is taken over. 0 where nobody else can be: then
   * whoever began it is dead.
   */
  readonly patienceMs: number;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

export type RecoveryProgress =
  | { readonly step: "started"; readonly epoch: number }
  | { readonly step: "folded"; readonly epoch: number; readonly records: number; readonly tookMs: number }
  | { readonly step: "activated" | "superseded"; readonly epoch: number; readonly tookMs: number };

/**
 * Makes the ledger the fold of the log again, after any doubt about it (steps R1 to R5 of the protocol). Calls that
 * arrive while a recovery runs share it. Does nothing if the ledger is ready for the present epoch, and waits for a
 * recovery that another process has begun.
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
  if ((await awaitOthers(deps)) === "ready") return;
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

const POLL_MS = 200;
/** Folding and seeding take about half of this (bench/results); a recovery that takes longer has stopped. */
const PATIENCE_PER_RECORD_MS = 0.05;

/**
 * Gives a recovery that is under way the time to end: another one beside it would only void what that one has done, and
 * so on for ever.
 */
async function awaitOthers(deps: RecoverDeps): Promise<"ready" | "due"> {
  const { ledger, log, tenantIds, clock, wait, patienceMs } = deps;
  // Counted from here too: by a clock that is an hour behind the broker's, no recovery would ever be overdue.
  const startMs = clock();
  for (;;) {
    const end = await log.control.endOffset(0);
    if (end > 0 && (await ledger.readyEpoch(tenantIds())) === end) return "ready";
    if (patienceMs === 0 || (await isDone(ledger, tenantIds(), end))) return "due";
    const begunMs = await lastStartMs(log.control, end);
    const enoughMs = patienceMs + (await recordCount(log.decisions)) * PATIENCE_PER_RECORD_MS;
    if (begunMs === null || clock() - Math.min(begunMs, startMs) >= enoughMs) return "due";
    await wait(POLL_MS);
  }
}

/** True if the newest recovery has ended: then it was not for a tenant that is new, or the ledger was lost again in part. */
async function isDone(ledger: RecoverDeps["ledger"], tenantIds: readonly string[], epoch: number): Promise<boolean> {
  for (const tenantId of tenantIds) if ((await ledger.readyEpoch([tenantId])) === epoch) return true;
  return false;
}

async function lastStartMs(control: Topic<RecoveryStart>, end: number): Promise<number | null> {
  for await (const entries of control.readRange(0, Math.max(0, end - 1), end)) {
    const last = entries.at(-1);
    if (last !== undefined) return last.appendedAtMs;
  }
  return null;
}

async function recordCount({ partitionCount, endOffset }: Topic<LogRecord>): Promise<number> {
  const ends = await Promise.all(Array.from({ length: partitionCount }, (_, partition) => endOffset(partition)));
  return ends.reduce((sum, end) => sum + end, 0);
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
