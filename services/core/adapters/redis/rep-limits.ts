import type { RepGrant } from "../../domain/ledger/reservation.ts";
import { type Caps, capsOf } from "./window-caps.ts";

/** What keeps reps from taking more, and the weight they are charged by. Reps with equal limits share one object. */
export interface RepLimits {
  readonly privatePool: number;
  readonly loadMilli: number;
  readonly fairnessWeight: number;
  readonly caps: Caps;
}

/** As many as plans have different ones. */
const knownLimits = new Map<string, RepLimits>();
const byGrant = new WeakMap<RepGrant, RepLimits>();

export function limitsOf(grant: RepGrant): RepLimits {
  let limits = byGrant.get(grant);
  if (limits === undefined) byGrant.set(grant, (limits = shared(grant)));
  return limits;
}

function shared(grant: RepGrant): RepLimits {
  const { privatePool, loadMilli, fairnessWeight } = grant;
  const caps = capsOf(grant);
  const key = [privatePool, loadMilli, fairnessWeight, caps.intake?.tag, caps.claim?.tag].join(" ");
  let limits = knownLimits.get(key);
  if (limits === undefined) knownLimits.set(key, (limits = { privatePool, loadMilli, fairnessWeight, caps }));
  return limits;
}
