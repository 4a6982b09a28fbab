import { compilePlan } from "../../../services/core/domain/plan/compile-plan.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import type { Segment } from "../../../services/core/domain/matching/policy.ts";
import type { RepLimits } from "../../../services/core/domain/rep/rep.ts";
import { planOf, repOf } from "../../support/plan-builder.ts";

export const TENANT = "acme";
export const TEAM = "team";
export const POOL = "team-pool";
export const REP_IDS = ["ann", "bob", "cho"] as const;

/** Longer than any run, so that a window counts every lead of its rep. */
const WINDOW_MS = 30 * 86_400_000;

export interface PlanParts {
  readonly repIds?: readonly string[];
  readonly segments?: readonly Segment[];
}

/**
 * The reps of one team and its pool. Limits are low, so that every run meets them.
 * @param limits of each rep
 */
export function simulatedPlan(
  version: number,
  limits: Partial<RepLimits> = {},
  { repIds = REP_IDS, segments }: PlanParts = {},
): CompiledPlan {
  const reps = repIds.map((repId) =>
    repOf(repId, {
      privatePool: 3,
      loadMilli: 3_000,
      intake: [{ lengthMs: WINDOW_MS, limit: 6, channel: null }],
      claimsPerDay: 4,
      ...limits,
    }),
  );
  const policies = segments === undefined ? {} : { policies: [{ nodeId: "hq", segments }] };
  const body = planOf({ [TEAM]: { square: [0, 0], reps } }, { territories: [], defaultNodeId: TEAM, ...policies });
  return compilePlan({ ...body, tenantId: TENANT, version });
}

/** The versions that a run publishes one after the other: limits go down, and up again. */
export const PLANS: readonly CompiledPlan[] = [
  simulatedPlan(1),
  simulatedPlan(2, { privatePool: 2, loadMilli: 2_000 }),
  simulatedPlan(3, { privatePool: 4, loadMilli: 3_000 }),
];

export const PARTITIONS = 2;

/** All records of a lead are in one partition of the decision log, whatever partition its requests came in. */
export function partitionOf(_tenantId: string, leadId: string): number {
  let sum = 0;
  for (const char of leadId) sum += char.charCodeAt(0);
  return sum % PARTITIONS;
}
