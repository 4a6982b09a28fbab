import { foldLead, type RecordVerdict } from "../core/domain/decision/fold.ts";
import type { LeadState } from "../core/domain/decision/lead-state.ts";
import type { LeadRecord, LogRecord } from "../core/domain/decision/log-record.ts";
import type { Entry } from "../core/ports/log.ts";
import type { LeadChange, Position, ProjectionBatch, WrittenEvent } from "../core/ports/store.ts";

/** What became of the records of a batch. `ignored`: barriers and plans, which say nothing about a lead. */
export type ProjectedCounts = Readonly<Record<RecordVerdict | "poison" | "ignored", number>>;

export interface FoldedEntries {
  readonly batch: ProjectionBatch;
  readonly counts: ProjectedCounts;
}

/** States by tenant and lead. */
export type KnownStates = ReadonlyMap<string, ReadonlyMap<string, LeadState>>;

export interface EntryRange {
  readonly partition: number;
  /** In offset order, at least one, none below `from.next`. */
  readonly entries: readonly Entry<LogRecord>[];
  readonly from: Position;
}

export function isAboutLead(record: LogRecord): record is LeadRecord {
  return record.type !== "barrier" && record.type !== "plan_published";
}

/** The entries as one step of the projection. Pure: the same entries from the same states give the same step. */
export function foldEntries({ partition, entries, from }: EntryRange, known: KnownStates): FoldedEntries {
  const counts = { effective: 0, void: 0, duplicate: 0, conflict: 0, stale: 0, poison: 0, ignored: 0 };
  const touched = new Map<string, Map<string, LeadChange>>();
  const events: WrittenEvent[] = [];
  let { next, barrierEpoch } = from;

  for (const entry of entries) {
    next = entry.offset + 1;
    if (entry.kind === "poison") {
      counts.poison++;
      continue;
    }
    const record = entry.value;
    if (!isAboutLead(record)) {
      counts.ignored++;
      if (record.type === "barrier") barrierEpoch = Math.max(barrierEpoch, record.epoch);
      continue;
    }
    const { tenantId, leadId } = record;
    const stored = known.get(tenantId)?.get(leadId);
    const before = touched.get(tenantId)?.get(leadId)?.after ?? stored;
    const { verdict, state } = foldLead(before, record, barrierEpoch);
    counts[verdict]++;
    if (verdict !== "effective" || state === undefined) continue;
    const leads = touched.get(tenantId) ?? new Map<string, LeadChange>();
    touched.set(tenantId, leads.set(leadId, { before: stored ?? null, after: state }));
    events.push(eventOf(record, { partition, offset: entry.offset, bytes: entry.bytes }, { before, after: state }));
  }
  const changes = [...touched.values()].flatMap((leads) => [...leads.values()]);
  return { batch: { partition, expectedNext: from.next, position: { next, barrierEpoch }, changes, events }, counts };
}

function eventOf(
  record: LeadRecord,
  { partition, offset, bytes }: Pick<WrittenEvent, "partition" | "offset" | "bytes">,
  { before, after }: { readonly before: LeadState | undefined; readonly after: LeadState },
): WrittenEvent {
  return {
    partition,
    offset,
    bytes,
    tenantId: record.tenantId,
    leadId: record.leadId,
    nodeId: after.nodeId,
    record,
    fromRepId: before?.repId ?? null,
    toRepId: after.repId,
    statusAfter: after.status,
  };
}
