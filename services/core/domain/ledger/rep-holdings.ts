import { WINDOW_HORIZON_MS } from "./ledger-row.ts";
import type { Fill } from "./ledger-state.ts";
import type { WindowLimit, WindowScope } from "./reservation.ts";

export interface WindowEntry {
  readonly channel: string;
  readonly leadId: string;
  readonly cycle: number;
  readonly atMs: number;
}

/** What one rep holds, and what came to the rep lately. */
export interface RepHoldings {
  readonly fill: Fill;
  /** `${leadId}#${cycle}`: a set, so that taking or freeing a slot twice changes nothing. */
  readonly held: Set<string>;
  /** Per scope, oldest first. */
  readonly windows: Readonly<Record<WindowScope, WindowEntry[]>>;
}

export const slotOf = (leadId: string, cycle: number): string => `${leadId}#${cycle}`;

export const noHoldings = (): RepHoldings => ({
  fill: { held: 0, loadMilli: 0, credit: 0, turn: 0 },
  held: new Set(),
  windows: { intake: [], claim: [] },
});

export function addWindowEntry(entries: WindowEntry[], entry: WindowEntry): void {
  const newest = entries.at(-1);
  if (newest === undefined || newest.atMs <= entry.atMs) entries.push(entry);
  else entries.splice(firstLater(entries, entry.atMs), 0, entry);
  const outMs = entries.at(-1)!.atMs - WINDOW_HORIZON_MS;
  const firstIn = entries.findIndex(({ atMs }) => atMs > outMs);
  if (firstIn > 0) entries.splice(0, firstIn);
}

/** A fold meets the partitions of the log one before the other, so most entries may come late. */
function firstLater(entries: readonly WindowEntry[], atMs: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.atMs > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function countWindow(holdings: RepHoldings, window: WindowLimit, atMs: number): number {
  const entries = holdings.windows[window.scope];
  let count = 0;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index]!;
    if (entry.atMs <= atMs - window.lengthMs) break;
    if (window.channel === null || window.channel === entry.channel) count += 1;
  }
  return count;
}

export function readSlot(slot: string): { readonly leadId: string; readonly cycle: number } {
  const mark = slot.lastIndexOf("#");
  return { leadId: slot.slice(0, mark), cycle: Number(slot.slice(mark + 1)) };
}
