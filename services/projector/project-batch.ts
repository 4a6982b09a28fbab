import type { LeadState } from "../core/domain/decision/lead-state.ts";
import type { LogRecord } from "../core/domain/decision/log-record.ts";
import type { Clock } from "../core/domain/lead/clock.ts";
import type { Batch, Topic } from "../core/ports/log.ts";
import type { Position, Projection } from "../core/ports/store.ts";
import { foldEntries, type EntryRange, type KnownStates } from "./fold-entries.ts";
import { isFirstOfLead, leadsOf, type LeadsByTenant } from "./leads-of.ts";
import type { ProjectorEvents } from "./projector-events.ts";

export interface ProjectBatchDeps extends ProjectorEvents {
  readonly decisions: Pick<Topic<LogRecord>, "partitionCount" | "endOffset" | "readRange">;
  readonly projection: Projection;
  readonly clock: Clock;
}

/** `lost`: the partition has another owner now, who does the same. */
type Step = { readonly kind: "moved"; readonly position: Position } | { readonly kind: "conflict" | "lost" };

/** Records a transaction. Twice as many are no faster, and hold locks twice as long. */
const MAX_ENTRIES = 500;
/** Two projectors on one partition is a matter of a rebalance: one of them soon finds that the batch is not its own. */
const MAX_CONFLICTS = 8;

/**
 * Brings the projection to the end of a batch and answers its position; null if it gave up to let another projector be.
 *
 * The position in the store is the truth, the group's offset a hint: what the store has seen is skipped, and what it
 * lacks before the batch is read from the log first. Throws the faults of its dependencies; nothing is half done then.
 *
 * @param remembered where we left the partition. If the batch begins there we don't ask: the commit would tell
 */
export async function projectBatch(
  deps: ProjectBatchDeps,
  batch: Batch<LogRecord>,
  remembered?: Position,
): Promise<Position | null> {
  const { partition, entries } = batch;
  const first = entries[0];
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const mayGoOn = conflicts === 0 && remembered?.next === first?.offset;
    const from = mayGoOn && remembered ? remembered : await deps.projection.position(partition);
    if (first === undefined) return from;
    const step = await projectThrough(deps, batch, { from, to: first.offset });
    if (step.kind === "moved") return step.position;
    if (step.kind === "lost" || !batch.stillOwned()) return null;
    deps.onConflict?.(partition);
  }
  return null;
}

async function projectThrough(deps: ProjectBatchDeps, batch: Batch<LogRecord>, gap: Gap): Promise<Step> {
  const step = await catchUp(deps, batch, gap);
  if (step.kind !== "moved") return step;
  const from = step.position;
  const fresh = batch.entries.filter(({ offset }) => offset >= from.next);
  return projectChunks(deps, { partition: batch.partition, entries: fresh, from });
}

/** What the store lacks before a batch. Often empty: offsets may have gaps. */
interface Gap {
  readonly from: Position;
  readonly to: number;
}

/** Projects what lies between; `batch` says for whom, and asks whether there is still reason to. */
export async function catchUp(
  deps: ProjectBatchDeps,
  batch: Pick<Batch<LogRecord>, "partition" | "stillOwned" | "heartbeat">,
  { from, to }: Gap,
): Promise<Step> {
  const { partition } = batch;
  let position = from;
  if (position.next >= to) return { kind: "moved", position };
  for await (const entries of deps.decisions.readRange(partition, position.next, to)) {
    if (!batch.stillOwned()) return { kind: "lost" };
    const step = await projectChunks(deps, { partition, entries, from: position });
    if (step.kind !== "moved") return step;
    position = step.position;
    // A rebuild from nothing takes many of these.
    await batch.heartbeat();
  }
  return { kind: "moved", position };
}

async function projectChunks(deps: ProjectBatchDeps, range: EntryRange): Promise<Step> {
  let position = range.from;
  for (let begin = 0; begin < range.entries.length; begin += MAX_ENTRIES) {
    const entries = range.entries.slice(begin, begin + MAX_ENTRIES);
    const step = await projectChunk(deps, { ...range, entries, from: position });
    if (step.kind !== "moved") return step;
    position = step.position;
  }
  return { kind: "moved", position };
}

/** Most records are the first of their lead, so that is taken for granted first; the commit says if it was wrong. */
async function projectChunk(deps: ProjectBatchDeps, range: EntryRange): Promise<Step> {
  const step = await projectFrom(deps, range, leadsOf(range, isFirstOfLead));
  return step.kind === "conflict" ? projectFrom(deps, range, leadsOf(range)) : step;
}

async function projectFrom(deps: ProjectBatchDeps, range: EntryRange, leads: LeadsByTenant): Promise<Step> {
  const startedAtMs = deps.clock();
  const known = await readStates(deps.projection, range, leads);
  if (known === null) return { kind: "conflict" };
  const { batch, counts } = foldEntries(range, known);
  if ((await deps.projection.commit(batch)) === "conflict") return { kind: "conflict" };
  const durationMs = deps.clock() - startedAtMs;
  deps.onProjected?.({ partition: range.partition, counts, states: batch.changes.length, durationMs });
  return { kind: "moved", position: batch.position };
}

/**
 * Null if the partition stands elsewhere than where the range begins. Read outside of the commit's transaction, which is
 * safe: a lead changes with its partition only, and the commit fails if that does not stand where it stood for the read. A
 * store that fails over goes back, and may be where we think it is by the time of the commit, but not when we read.
 */
async function readStates(
  projection: Projection,
  { partition, from }: EntryRange,
  leads: LeadsByTenant,
): Promise<KnownStates | null> {
  const known = new Map<string, ReadonlyMap<string, LeadState>>();
  await Promise.all(
    Array.from(leads, async ([tenantId, leadIds]) => {
      const { next, states } = await projection.states(partition, tenantId, [...leadIds]);
      if (next === from.next) known.set(tenantId, states);
    }),
  );
  return known.size < leads.size ? null : known;
}
