import type { Fill } from "./ledger-state.ts";
import { windowOf } from "./via.ts";
import type { Limit, RepGrant, ReserveItem, WindowLimit } from "./reservation.ts";

/** Counts of a rep's windows at the time of the batch. */
export type CountWindow = (repId: string, window: WindowLimit) => number;

/** What a lead asks of a rep. */
export type Demand = Pick<ReserveItem, "loadMilli" | "channel" | "via">;

export interface Shortage {
  readonly limit: Limit;
  /** Slots, thousandths of a load unit, or leads that must leave the window. */
  readonly gap: number;
}

/** Windows that a lead would count in. */
export function isCounted(window: WindowLimit, demand: Pick<Demand, "via" | "channel">): boolean {
  return window.scope === windowOf(demand) && (window.channel === null || window.channel === demand.channel);
}

export function hasRoom(grant: RepGrant, fill: Readonly<Fill>, demand: Demand, count: CountWindow): boolean {
  if (fill.held >= grant.privatePool) return false;
  if (fill.loadMilli + demand.loadMilli > grant.loadMilli) return false;
  for (const window of grant.windows) {
    if (isCounted(window, demand) && count(grant.repId, window) >= window.limit) return false;
  }
  return true;
}

/** The first limit that stops the rep, in the fixed order of checks (P1), or null if there is room. */
export function shortageOf(grant: RepGrant, fill: Readonly<Fill>, demand: Demand, count: CountWindow): Shortage | null {
  if (fill.held >= grant.privatePool) return { limit: "private_pool_full", gap: fill.held - grant.privatePool + 1 };
  const loadMilli = fill.loadMilli + demand.loadMilli;
  if (loadMilli > grant.loadMilli) return { limit: "load_full", gap: loadMilli - grant.loadMilli };
  let gap = 0;
  for (const window of grant.windows) {
    if (isCounted(window, demand)) gap = Math.max(gap, count(grant.repId, window) - window.limit + 1);
  }
  if (gap === 0) return null;
  return { limit: windowOf(demand) === "claim" ? "daily_claim_limit" : "intake_window_full", gap };
}
