import { compilePlan } from "../../../services/core/domain/plan/compile-plan.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import type { Segment } from "../../../services/core/domain/matching/policy.ts";
import type { RepLimits, WorkingSpan } from "../../../services/core/domain/rep/rep.ts";
import { ZONE } from "./clocks.ts";
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
  /** On the wall clocks of `ZONE`, by rep; who has none is always there. */
  readonly shifts?: Readonly<Record<string, readonly WorkingSpan[]>>;
}

/**
 * The reps of one team and its pool. Limits are low, so that every run meets them.
 * @param limits of each rep
 */
export function simulatedPlan(
  version: number,
  limits: Partial<RepLimits> = {},
  { repIds = REP_IDS, segments, shifts = {} }: PlanParts = {},
): CompiledPlan {
  const reps = repIds.map((repId) => ({
    ...repOf(repId, {
      privatePool: 3,
      loadMilli: 3_000,
      intake: [{ lengthMs: WINDOW_MS, limit: 6, channel: null }],
      claimsPerDay: 4,
      ...limits,
    }),
    timeZone: ZONE,
    workingHours: shifts[repId] ?? [],
  }));
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

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const daily = (...hours: readonly (readonly [number, number])[]): readonly WorkingSpan[] =>
  WEEKDAYS.flatMap((weekday) => hours.map(([from, to]) => ({ weekday, fromMinute: from * 60, toMinute: to * 60 })));

/** Bob and Cho relieve each other at midnight and at two, when summer time begins and ends. */
const SHIFTS = { bob: daily([0, 2], [8, 24]), cho: daily([2, 12]) };
/** For runs about clocks: windows that a wrong clock, or the time that passes, moves on. */
const SHORT_WINDOWS: Partial<RepLimits> = {
  privatePool: 6,
  loadMilli: null,
  intake: [{ lengthMs: 3_600_000, limit: 2, channel: null }],
  claimsPerDay: 2,
};
export const CLOCK_PLANS: readonly CompiledPlan[] = [1, 2].map((version) =>
  simulatedPlan(version, SHORT_WINDOWS, { shifts: SHIFTS }),
);

export const PARTITIONS = 2;

/** All records of a lead are in one partition of the decision log, whatever partition its requests came in. */
export function partitionOf(_tenantId: string, leadId: string): number {
  let sum = 0;
  for (const char of leadId) sum += char.charCodeAt(0);
  return sum % PARTITIONS;
}
