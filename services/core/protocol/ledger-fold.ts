import type { LogRecord } from "../domain/decision/log-record.ts";
import { foldRecord } from "../domain/ledger/fold-record.ts";
import { LedgerImage } from "../domain/ledger/ledger-image.ts";
import type { Checkpoints, FoldPosition, LedgerFold } from "../ports/checkpoints.ts";
import type { Entry, Topic } from "../ports/log.ts";

type Decisions = Pick<Topic<LogRecord>, "partitionCount" | "endOffset" | "readRange">;

const START: FoldPosition = { next: 0, barrierEpoch: 0, lastAppendedAtMs: 0, lastBytes: 0 };

export function emptyFold(partitionCount: number): LedgerFold {
  return { positions: Array.from({ length: partitionCount }, () => START), tenants: new Map() };
}

/** The tenant's part of the fold, empty if the log has nothing of the tenant. */
export function tenantImage({ tenants }: LedgerFold, tenantId: string): LedgerImage {
  let image = tenants.get(tenantId);
  if (image === undefined) tenants.set(tenantId, (image = new LedgerImage()));
  return image;
}

/** By partition. */
export function endOffsets({
  partitionCount,
  endOffset,
}: Pick<Decisions, "partitionCount" | "endOffset">): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: partitionCount }, (_, partition) => endOffset(partition)));
}

/** How many records a fold has yet to read up to a mark of each partition; a checkpoint may be beyond some of them. */
export function recordsBehind(positions: readonly Pick<FoldPosition, "next">[], marks: readonly number[]): number {
  return marks.reduce((sum, mark, partition) => sum + Math.max(0, mark - (positions[partition]?.next ?? 0)), 0);
}

/** The newest checkpoint, or null if there is none that a fold of this log may go on from. */
export async function resumeFold(
  decisions: Decisions,
  checkpoints: Pick<Checkpoints, "head" | "newest">,
): Promise<LedgerFold | null> {
  const head = await checkpoints.head();
  if (head === null || !(await isOfLog(decisions, head.positions))) return null;
  const fold = await checkpoints.newest();
  // Another one may have been saved meanwhile.
  return fold !== null && (await isOfLog(decisions, fold.positions)) ? fold : null;
}

/**
 * Whether the log has the record that the fold read last, in every partition. A log that was restored, lost its end, or
 * was made anew is another one, and what was folded from it says nothing about this one.
 */
async function isOfLog(decisions: Decisions, positions: readonly FoldPosition[]): Promise<boolean> {
  if (positions.length !== decisions.partitionCount) return false;
  const matches = await Promise.all(
    positions.map(async ({ next, lastAppendedAtMs, lastBytes }, partition) => {
      if (next === 0) return true;
      if (next > (await decisions.endOffset(partition))) return false;
      const last = await readEntry(decisions, partition, next - 1);
      return last?.appendedAtMs === lastAppendedAtMs && last.bytes.byteLength === lastBytes;
    }),
  );
  return matches.every(Boolean);
}

async function readEntry(
  { readRange }: Decisions,
  partition: number,
  offset: number,
): Promise<Entry<LogRecord> | undefined> {
  for await (const entries of readRange(partition, offset, offset + 1)) if (entries[0] !== undefined) return entries[0];
  return undefined;
}

/**
 * Folds every partition on, up to a mark. All at once: while one waits for its next records another is folded, and times
 * stay nearly in order.
 *
 * @param onRead told of every batch with its number of records
 * @returns how many records were read
 */
export async function foldUpTo(
  decisions: Decisions,
  fold: LedgerFold,
  { marks, onRead }: { readonly marks: readonly number[]; readonly onRead?: (records: number) => void },
): Promise<number> {
  let records = 0;
  await Promise.all(
    marks.map(async (mark, partition) => {
      const from = fold.positions[partition]?.next ?? 0;
      for await (const entries of decisions.readRange(partition, from, mark)) {
        foldEntries(fold, partition, entries);
        records += entries.length;
        onRead?.(entries.length);
      }
    }),
  );
  return records;
}

function foldEntries(fold: LedgerFold, partition: number, entries: readonly Entry<LogRecord>[]): void {
  let { barrierEpoch } = fold.positions[partition] ?? START;
  for (const entry of entries) {
    if (entry.kind === "poison") continue;
    const record = entry.value;
    if (record.type === "barrier") barrierEpoch = Math.max(barrierEpoch, record.epoch);
    else if (record.type !== "plan_published") foldRecord(tenantImage(fold, record.tenantId), record, barrierEpoch);
  }
  const last = entries.at(-1);
  if (last === undefined) return;
  const { offset, appendedAtMs, bytes } = last;
  fold.positions[partition] = {
    next: offset + 1,
    barrierEpoch,
    lastAppendedAtMs: appendedAtMs,
    lastBytes: bytes.byteLength,
  };
}
