import type {
  Closure,
  Decision,
  FollowUp,
  LeadRecord,
  Release,
} from "../../services/core/domain/decision/log-record.ts";
import type { CompiledPlan } from "../../services/core/domain/plan/compiled-plan.ts";
import type { Random } from "../../services/fairlead/demo/seeded-random.ts";

/** What became of an owned lead. */
export interface Ending {
  readonly decision: Decision;
  readonly records: readonly LeadRecord[];
  readonly isClosed: boolean;
  readonly isRerouted: boolean;
  /** Of a release to a pool. */
  readonly poolId: string | null;
}

/** Of owned leads: the rest stays untouched with its owner. */
const SHARES = { followedUp: 0.15, closed: 0.12, released: 0.05, rerouted: 0.03 };

interface Circumstances {
  readonly plan: CompiledPlan;
  readonly random: Random;
  readonly atMs: number;
}

/** Null for leads that nobody touched. */
export function endOf(decision: Decision, { plan, random, atMs }: Circumstances): Ending | null {
  const { outcome } = decision;
  if (outcome.kind !== "assigned") return null;
  const { repId } = outcome;
  const base = { ...baseOf(decision, repId), atMs };
  const untouched = { decision, isClosed: false, isRerouted: false, poolId: null };
  const dice = random.next();
  if (dice < SHARES.followedUp) {
    const followUp: FollowUp = { ...base, type: "follow_up", repId, kind: "call", dueAtMs: null };
    return { ...untouched, records: [followUp] };
  }
  if (dice < SHARES.followedUp + SHARES.closed) {
    return { ...untouched, records: [closureOf(decision, base, repId)], isClosed: true };
  }
  if (dice > SHARES.followedUp + SHARES.closed + SHARES.released + SHARES.rerouted) return null;
  const pool = plan.poolOfNode(decision.nodeId);
  const toPool = dice < SHARES.followedUp + SHARES.closed + SHARES.released && pool !== undefined;
  const to: Release["to"] = toPool ? { kind: "public", poolId: pool.poolId } : { kind: "reroute" };
  const { loadMilli } = decision.charge;
  const release: Release = { ...base, type: "release", repId, reason: "silent", loadMilli, to };
  return { ...untouched, records: [release], isRerouted: !toPool, poolId: toPool ? pool.poolId : null };
}

function baseOf({ tenantId, leadId, cycle }: Decision, operator: string) {
  return { tenantId, leadId, cycle, operator };
}

function closureOf(
  { facts, charge }: Decision,
  base: ReturnType<typeof baseOf> & { readonly atMs: number },
  repId: string,
): Closure {
  const { loadMilli } = charge;
  const { identityKeys } = facts;
  return { ...base, type: "closure", result: "closed", reason: "no_budget", repId, loadMilli, identityKeys };
}
