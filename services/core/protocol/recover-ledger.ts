import type { LogRecord } from "../domain/decision/log-record.ts";
import { Fault } from "../domain/fault.ts";
import type { Checkpoints, LedgerFold } from "../ports/checkpoints.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log, Topic } from "../ports/log.ts";
import { type AwaitRecoveryDeps, awaitRecovery } from "./await-recovery.ts";
import { emptyFold, endOffsets, foldUpTo, recordsBehind, resumeFold, tenantImage } from "./ledger-fold.ts";

export interface RecoverDeps extends AwaitRecoveryDeps {
  readonly ledger: Pick<Ledger, "readyEpoch" | "open" | "seed">;
  readonly log: Pick<Log, "decisions" | "control">;
  /** Null: from the log alone. */
  readonly checkpoints: Pick<Checkpoints, "head" | "newest"> | null;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

export type RecoveryProgress =
  /** For the one that another process has begun. */
  | { readonly step: "waiting"; readonly epoch: number }
  /** Nothing had to be done here. */
  | { readonly step: "ready"; readonly epoch: number }
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
 * arrive while a recovery runs share it. Does nothing if the ledger is ready for the present epoch, or if all that is
 * missing are tenants that are new; waits for a recovery that another process has begun.
 *
 * A leader that dies anywhere in here leaves the control topic ahead of the ledger, so nobody routes, and the next one
 * starts again with a higher epoch. Two leaders at once are harmless: the barrier of the higher epoch voids the rest.
 *
 * @throws Fault LEDGER_UNAVAILABLE or LOG_UNAVAILABLE; try again later.
 */
export function createRecoverLedger(deps: RecoverDeps): () => Promise<void> {
  let running: Promise<void> | null = null;
  const known: KnownEpochs = { over: 0 };
  return function recoverLedger() {
    running ??= recoverOnce(deps, known).finally(() => {
      running = null;
    });
    return running;
  };
}

interface KnownEpochs {
  /** The newest whose recovery is over: it was seen ready, or it ended here in whatever way. */
  over: number;
}

async function recoverOnce(deps: RecoverDeps, known: KnownEpochs): Promise<void> {
  const { ledger, log, clock, startedBy, onProgress } = deps;
  const ready = await awaitRecovery(deps, known.over, (epoch) => onProgress?.({ step: "waiting", epoch }));
  if (ready !== null) {
    known.over = ready;
    onProgress?.({ step: "ready", epoch: ready });
    return;
  }
  const work = await workAhead(deps);
  const startMs = clock();
  const epoch = (await log.control.append(0, [{ atMs: startMs, startedBy, records: work }])) + 1;
  try {
    onProgress?.({ step: "started", epoch });
    const marks = await appendBarriers(log.decisions, epoch);
    const fold = await foldLog(deps, { epoch, marks });
    onProgress?.({ step: "folded", epoch, records: fold.records, tookMs: clock() - startMs });
    const step = await ledger.seed(epoch, fold.tenants);
    onProgress?.({ step, epoch, tookMs: clock() - startMs });
  } finally {
    known.over = epoch;
  }
}

/** Leads of the newest checkpoint and records behind it: what this recovery has to do, so that others can wait for it. */
async function workAhead({ log, checkpoints }: RecoverDeps): Promise<number> {
  const [head, ends] = await Promise.all([
    checkpoints === null ? null : orNullIfAway(checkpoints.head()),
    endOffsets(log.decisions),
  ]);
  return (head?.leads ?? 0) + recordsBehind(head?.positions ?? [], ends);
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
  const tail = recordsBehind(fold.positions, marks);
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
  expectWhole(fold, marks);
  await expectOwnControl(log, { epoch, fold });
  for (const tenantId of tenantIds()) tenantImage(fold, tenantId);
  return { tenants: fold.tenants, records };
}

/** Records, of which some 100,000 are folded in a second. */
const TOLD_EVERY = 50_000;

async function checkpointOf({ log, checkpoints, onProgress }: RecoverDeps, epoch: number): Promise<LedgerFold | null> {
  if (checkpoints === null) return null;
  return orNullIfAway(resumeFold(log.decisions, checkpoints), (error) =>
    onProgress?.({ step: "checkpoint_unavailable", epoch, error }),
  );
}

/** The log alone will do. */
async function orNullIfAway<T>(reading: Promise<T>, onAway?: (error: Fault) => void): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Fault && error.code === "STORE_UNAVAILABLE")) throw error;
    onAway?.(error);
    return null;
  }
}

/** The barrier is the last record before a mark; a fold that has not met it would forget what stands before it. */
function expectWhole({ positions }: LedgerFold, marks: readonly number[]): void {
  if (marks.every((mark, partition) => (positions[partition]?.next ?? 0) >= mark)) return;
  throw new Fault("LOG_UNAVAILABLE", "The log could be read in part only", { retriable: true });
}

/**
 * Epochs only grow as long as nobody deletes or restores the control topic. In an epoch below the log's barriers every
 * decision would be void, and its lead lost.
 *
 * @throws Fault LOG_CORRUPT
 */
async function expectOwnControl(
  { control }: RecoverDeps["log"],
  { epoch, fold }: { readonly epoch: number; readonly fold: LedgerFold },
): Promise<void> {
  const highest = Math.max(0, ...fold.positions.map(({ barrierEpoch }) => barrierEpoch));
  // A recovery that began behind this one may have its barriers in a newer checkpoint.
  if (highest <= epoch || highest <= (await control.endOffset(0))) return;
  throw new Fault(
    "LOG_CORRUPT",
    `The log has a barrier of epoch ${highest}, but the control topic begins epoch ${epoch}: it was deleted or restored`,
  );
}

/** R2: from here on, decisions of an older epoch are void. Answers the offset behind each barrier. */
async function appendBarriers(decisions: Topic<LogRecord>, epoch: number): Promise<readonly number[]> {
  const partitions = Array.from({ length: decisions.partitionCount }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => (await decisions.append(partition, [{ type: "barrier", epoch }])) + 1),
  );
}
