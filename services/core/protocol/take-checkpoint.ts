import type { LogRecord } from "../domain/decision/log-record.ts";
import type { CheckpointHead, Checkpoints } from "../ports/checkpoints.ts";
import type { Topic } from "../ports/log.ts";
import { emptyFold, endOffsets, foldUpTo, recordsBehind, resumeFold } from "./ledger-fold.ts";

export interface CheckpointDeps {
  readonly decisions: Pick<Topic<LogRecord>, "partitionCount" | "endOffset" | "readRange">;
  readonly checkpoints: Checkpoints;
}

/** Of records behind the last checkpoint: fewer are folded in a second. */
const LEAST_TAIL = 100_000;
/** A checkpoint costs what it holds, so a large one waits for more records; the sum stays a few µs a record. */
const TAIL_PER_LEAD = 0.25;

/**
 * Whether a new checkpoint is worth its work by now. Cheap, to be asked often.
 *
 * @throws Fault LOG_UNAVAILABLE or STORE_UNAVAILABLE; ask again later.
 */
export async function isCheckpointDue({ decisions, checkpoints }: CheckpointDeps): Promise<boolean> {
  const head = await checkpoints.head();
  const ends = await endOffsets(decisions);
  return recordsBehind(head?.positions ?? [], ends) >= Math.max(LEAST_TAIL, (head?.leads ?? 0) * TAIL_PER_LEAD);
}

/**
 * Folds the log on from the last checkpoint to its present end, and keeps the result as the next one.
 *
 * @throws Fault LOG_UNAVAILABLE or STORE_UNAVAILABLE; the last checkpoint then stays.
 */
export async function takeCheckpoint({ decisions, checkpoints }: CheckpointDeps): Promise<CheckpointHead> {
  const fold = (await resumeFold(decisions, checkpoints)) ?? emptyFold(decisions.partitionCount);
  await foldUpTo(decisions, fold, { marks: await endOffsets(decisions) });
  await checkpoints.save(fold);
  const leads = Array.from(fold.tenants.values()).reduce((sum, { leadCount }) => sum + leadCount, 0);
  return { positions: fold.positions, leads };
}
