import { createHash } from "node:crypto";
import type { RepGrant, WindowLimit, WindowScope } from "../../domain/ledger/reservation.ts";

/** The windows of one scope of a grant. Those with equal limits are the same object, as most reps have the same. */
export interface WindowCap {
  readonly scope: WindowScope;
  readonly windows: readonly WindowLimit[];
  /** Stands for the limits in Redis (reserve-windows.lua). */
  readonly tag: number;
}

const TAG_BYTES = 6;

/** By limits: a handful, since a plan has few different ones. */
const caps = new Map<string, WindowCap>();

/** Null if the grant has no window of the scope. */
export function capOf({ windows: all }: RepGrant, scope: WindowScope): WindowCap | null {
  const windows = all.filter((window) => window.scope === scope);
  if (windows.length === 0) return null;
  const limits = JSON.stringify([scope, ...windows.map(({ channel, lengthMs, limit }) => [channel, lengthMs, limit])]);
  let cap = caps.get(limits);
  if (cap === undefined) {
    const tag = createHash("sha256").update(limits).digest().readUIntLE(0, TAG_BYTES);
    caps.set(limits, (cap = { scope, windows, tag }));
  }
  return cap;
}
