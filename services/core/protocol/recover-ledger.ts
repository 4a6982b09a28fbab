import type { LogRecord } from "../domain/decision/log-record.ts";
import { Fault } from "../domain/fault.ts";
import type { Clock } from "../domain/lead/clock.ts";
import type { Checkpoints, LedgerFold } from "../ports/checkpoints.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log, RecoveryStart, Topic } from "../ports/log.ts";
import { emptyFold, foldUpTo, resumeFold, tenantImage } from "./ledger-fold.ts";

export interface RecoverDeps {
  readonly ledger: Pick<Ledger, "readyEpoch" | "seed">;
  readonly log: Pick<Log, "decisions" | "control">;
  /** Null: from the log alone. */
  readonly checkpoints: Pick<Checkpoints, "head" | "newest"> | null;
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
  /** From where the log is folded: `leads` are known from a checkpoint, `records` are to be read. */
  | { readonly step: "folding"; readonly epoch: number; readonly leads: number; readonly records: number }
  /** Once for every so many records. */
  | { readonly step: "reading"; readonly epoch: number; readonly recordsLeft: number }
  | { readonly step: "folded"; readonly epoch: number; readonly records: number; readonly tookMs: number }
  | { readonly step: "activated" | "superseded"; readonly epoch: number; readonly tookMs: number }
  /** The checkpoints can't be read now; the log alone will do, and take longer. */
  | { readonly step: "checkpoint_unavailable"; readonly epoch: number; readonly error: unknown };

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
  let seen = 0;
  return function recoverLedger() {
    running ??= recoverOnce(deps, seen)
      .then((epoch) => {
        seen = Math.max(seen, epoch);
      })
      .finally(() => {
        running = null;
      });
    return running;
  };
}

/**
 * @param seen the newest epoch that was ever seen ready here
 * @returns that epoch now
 */
async function recoverOnce(deps: RecoverDeps, seen: number): Promise<number> {
  const { ledger, log, clock, startedBy, onProgress } = deps;
  const ready = await awaitOthers(deps, seen);
  if (ready !== null) return ready;
  const startMs = clock();
  const epoch = (await log.control.append(0, [{ atMs: startMs, startedBy }])) + 1;
  onProgress?.({ step: "started", epoch });
  const marks = await appendBarriers(log.decisions, epoch);
  const fold = await foldLog(deps, { epoch, marks });
  onProgress?.({ step: "folded", epoch, records: fold.records, tookMs: clock() - startMs });
  const step = await ledger.seed(epoch, fold.tenants);
  onProgress?.({ step, epoch, tookMs: clock() - startMs });
  return step === "activated" ? epoch : seen;
}

/**
 * R3: from the newest checkpoint, or from the first record.
 *
 * A checkpoint may be newer than the barriers. What it has of behind them is what the applier brings next, and no decision
 * that counts: those of before the recovery are void there, and none is reserved in the new epoch before it is active.
 */
async function foldLog(
  deps: RecoverDeps,
  { epoch, marks }: { readonly epoch: number; readonly marks: readonly number[] },
): Promise<{ readonly tenants: LedgerFold["tenants"]; readonly records: number }> {
  const { log, tenantIds, onProgress } = deps;
  const fold = (await checkpointOf(deps, epoch)) ?? emptyFold(marks.length);
  const tail = marks.reduce(
    (sum, mark, partition) => sum + Math.max(0, mark - (fold.positions[partition]?.next ?? 0)),
    0,
  );
  const leads = Array.from(fold.tenants.values()).reduce((sum, { leadCount }) => sum + leadCount, 0);
  onProgress?.({ step: "folding", epoch, leads, records: tail });
  let recordsLeft = tail;
  const records = await foldUpTo(log.decisions, fold, {
    marks,
    onRead(read) {
      const isTold = Math.floor(recordsLeft / TOLD_EVERY) > Math.floor((recordsLeft - read) / TOLD_EVERY);
      recordsLeft -= read;
      if (isTold) onProgress?.({ step: "reading", epoch, recordsLeft });
    },
  });
  for (const tenantId of tenantIds()) tenantImage(fold, tenantId);
  return { tenants: fold.tenants, records };
}

/** Records, of which some 100,000 are folded in a second. */
const TOLD_EVERY = 50_000;

async function checkpointOf({ log, checkpoints, onProgress }: RecoverDeps, epoch: number): Promise<LedgerFold | null> {
  if (checkpoints === null) return null;
  try {
    return await resumeFold(log.decisions, checkpoints);
  } catch (error) {
    if (!(error instanceof Fault && error.code === "STORE_UNAVAILABLE")) throw error;
    onProgress?.({ step: "checkpoint_unavailable", epoch, error });
    return null;
  }
}

const POLL_MS = 200;
/** Folding and seeding take about half of this (bench/results); a recovery that takes longer has stopped. */
const PATIENCE_PER_RECORD_MS = 0.05;

/**
 * Gives a recovery that is under way the time to end: another one beside it would only void what that one has done, and
 * so on for ever. An epoch that was seen ready has none under way, or the control topic had moved on.
 *
 * @returns the epoch that is ready, or null if a recovery is due
 */
async function awaitOthers(deps: RecoverDeps, seen: number): Promise<number | null> {
  const { ledger, log, tenantIds, clock, wait, startedBy, patienceMs } = deps;
  // Time is counted from here too: by a clock that is an hour behind the log's, no recovery would ever be overdue.
  let newest = { end: 0, seenMs: clock() };
  let leftTo: number | null = null;
  for (;;) {
    const end = await log.control.endOffset(0);
    if (end !== newest.end) newest = { end, seenMs: clock() };
    if (end > 0 && (await ledger.readyEpoch(tenantIds())) === end) return end;
    if (patienceMs === 0 || leftTo === end || (await isDone(ledger, tenantIds(), end))) return null;
    const begunMs = end === seen ? null : await lastStartMs(log.control, end);
    const enoughMs = patienceMs + (await recordCount(log.decisions)) * PATIENCE_PER_RECORD_MS;
    if (begunMs !== null && clock() - Math.min(begunMs, newest.seenMs) < enoughMs) {
      await wait(POLL_MS);
      continue;
    }
    // All who were fenced come here at once; who has the first turn begins, and the others see it.
    await wait(turnMs(startedBy));
    leftTo = end;
  }
}

const TURNS = 16;
const TURN_MS = 25;

/** A time to wait that differs from process to process. */
function turnMs(startedBy: string): number {
  let turn = 0;
  for (let index = 0; index < startedBy.length; index++) turn = (turn * 31 + startedBy.charCodeAt(index)) % TURNS;
  return turn * TURN_MS;
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
