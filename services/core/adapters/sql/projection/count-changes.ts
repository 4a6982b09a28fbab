import type { LeadState } from "../../../domain/decision/lead-state.ts";
import type { LeadChange } from "../../../ports/store.ts";
import { bigintArray, textArray } from "../binary-array.ts";
import type { SqlValue } from "../session.ts";

/** By how much a row of `lead_count` changes. */
export interface CountChange {
  readonly tenantId: string;
  readonly status: LeadState["status"];
  readonly nodeId: string;
  /** The owner of owned leads; empty for all others. */
  readonly repId: string;
  leads: number;
  loadMilli: number;
  /** Of the leads that came; 0 if none did. */
  lastSinceMs: number;
}

/** Every lead leaves the kind it was of and comes to the kind it is of. Kinds that end up as they were are left out. */
export function countChanges(changes: readonly LeadChange[]): readonly CountChange[] {
  const kinds = new Map<string, CountChange>();
  for (const { before, after } of changes) {
    if (before !== null) count(kinds, before, -1);
    count(kinds, after, 1);
  }
  return [...kinds.values()].filter(({ leads, loadMilli, lastSinceMs }) => leads || loadMilli || lastSinceMs);
}

function count(kinds: Map<string, CountChange>, state: LeadState, leads: 1 | -1): void {
  const { tenantId, status, nodeId } = state;
  const repId = status === "owned" ? (state.repId ?? "") : "";
  const key = `${tenantId}\u001f${status}\u001f${nodeId}\u001f${repId}`;
  let change = kinds.get(key);
  if (change === undefined) {
    change = { tenantId, status, nodeId, repId, leads: 0, loadMilli: 0, lastSinceMs: 0 };
    kinds.set(key, change);
  }
  change.leads += leads;
  change.loadMilli += leads * state.loadMilli;
  if (leads > 0) change.lastSinceMs = Math.max(change.lastSinceMs, state.sinceMs);
}

/** Columns of table `lead_count` but for the partition, each of all changes, in the order of the table. */
export function encodeCountChanges(changes: readonly CountChange[]): readonly SqlValue[] {
  return [
    textArray(changes.map(({ tenantId }) => tenantId)),
    textArray(changes.map(({ status }) => status)),
    textArray(changes.map(({ nodeId }) => nodeId)),
    textArray(changes.map(({ repId }) => repId)),
    bigintArray(changes.map(({ leads }) => leads)),
    bigintArray(changes.map(({ loadMilli }) => loadMilli)),
    bigintArray(changes.map(({ lastSinceMs }) => lastSinceMs)),
  ];
}
