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

export type Caps = Readonly<Record<WindowScope, WindowCap | null>>;

const NO_CAPS: Caps = { intake: null, claim: null };

/** By limits: a handful, since a plan has few different ones. */
const capsByLimits = new Map<string, WindowCap>();
const known = new WeakMap<readonly WindowLimit[], Caps>();

/** By scope; null if the grant has no window of it. */
export function capsOf({ windows }: RepGrant): Caps {
  if (windows.length === 0) return NO_CAPS;
  let caps = known.get(windows);
  if (caps === undefined)
    known.set(windows, (caps = { intake: capOf(windows, "intake"), claim: capOf(windows, "claim") }));
  return caps;
}

function capOf(all: readonly WindowLimit[], scope: WindowScope): WindowCap | null {
  const windows = all.filter((window) => window.scope === scope);
  if (windows.length === 0) return null;
  const limits = JSON.stringify([scope, ...windows.map(({ channel, lengthMs, limit }) => [channel, lengthMs, limit])]);
  let cap = capsByLimits.get(limits);
  if (cap === undefined) {
    const tag = createHash("sha256").update(limits).digest().readUIntLE(0, TAG_BYTES);
    capsByLimits.set(limits, (cap = { scope, windows, tag }));
  }
  return cap;
}
