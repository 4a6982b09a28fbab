import type { Policy, Segment, Step } from "../../core/domain/matching/policy.ts";
import type { OrgNode } from "../../core/domain/organisation/org-tree.ts";
import type { TerritoryPredicate } from "../../core/domain/plan/routing-plan.ts";
import type { Pool } from "../../core/domain/pool/pool.ts";
import type { ScoreRule } from "../../core/domain/scoring/score-lead.ts";
import { HEADQUARTERS, NATIONAL_DESK } from "./sales-areas.ts";

const HOUR_MS = 3_600_000;

const STANDARD_STEP: Step = {
  requiredSkills: [],
  languageRequired: false,
  preferredSkills: [{ skill: "{product}", level: 3 }],
  minSeniority: 1,
  strategy: "fair_fit",
  fairnessBound: 3,
  afterWaitMs: 0,
  scope: "team",
};

/** Below every threshold of effort: not worth a rep's time before somebody wants it. */
const LOW: Segment = {
  name: "low",
  when: [{ field: "score", operator: "at_most", value: 9 }],
  loadMilli: 500,
  steps: [],
  fallback: { kind: "public", poolId: null },
};

const ENTERPRISE: Segment = {
  name: "enterprise",
  when: [{ field: "attributes.employees", operator: "at_least", value: 500 }],
  loadMilli: 2000,
  steps: [
    { ...STANDARD_STEP, minSeniority: 3, languageRequired: true, strategy: "best_fit" },
    { ...STANDARD_STEP, minSeniority: 3, scope: "parent" },
    { ...STANDARD_STEP, minSeniority: 2, scope: "parent", afterWaitMs: 60_000 },
  ],
  fallback: { kind: "parked" },
};

const HOT: Segment = {
  name: "hot",
  when: [{ field: "score", operator: "at_least", value: 45 }],
  loadMilli: 1000,
  steps: [
    { ...STANDARD_STEP, requiredSkills: [{ skill: "{product}", level: 3 }], languageRequired: true },
    { ...STANDARD_STEP, requiredSkills: [{ skill: "{product}", level: 2 }], afterWaitMs: 15_000 },
    { ...STANDARD_STEP, scope: "parent", afterWaitMs: 45_000 },
  ],
  fallback: { kind: "parked" },
};

const STANDARD: Segment = {
  name: "standard",
  when: [],
  loadMilli: 1000,
  steps: [{ ...STANDARD_STEP, languageRequired: true }, STANDARD_STEP],
  fallback: { kind: "public", poolId: null },
};

/** The desk knows no territory and no neighbours: in turn, and what nobody can take waits. */
const DESK: Segment = {
  name: "desk",
  when: [],
  loadMilli: 1000,
  steps: [{ ...STANDARD_STEP, strategy: "round_robin" }],
  fallback: { kind: "parked" },
};

export const DEMO_POLICIES: readonly Policy[] = [
  { nodeId: HEADQUARTERS.nodeId, segments: [LOW, ENTERPRISE, HOT, STANDARD] },
  { nodeId: NATIONAL_DESK.nodeId, segments: [LOW, DESK] },
];

export const DEMO_PREDICATES: readonly TerritoryPredicate[] = [
  {
    predicateId: "partner_business",
    nodeId: NATIONAL_DESK.nodeId,
    when: [{ field: "channel", operator: "equals", value: "partner" }],
  },
];

export const DEMO_SCORE_RULES: readonly ScoreRule[] = [
  { name: "product named", when: [{ field: "product", operator: "present", value: true }], points: 10 },
  { name: "within one month", when: [{ field: "timing", operator: "equals", value: "within_1_month" }], points: 30 },
  {
    name: "within three months",
    when: [{ field: "timing", operator: "equals", value: "within_3_months" }],
    points: 10,
  },
  { name: "says hot", when: [{ field: "status", operator: "equals", value: "hot" }], points: 25 },
  { name: "qualified", when: [{ field: "status", operator: "equals", value: "qualified" }], points: 20 },
  { name: "interested", when: [{ field: "status", operator: "equals", value: "interested" }], points: 10 },
  { name: "on hold", when: [{ field: "status", operator: "equals", value: "on_hold" }], points: -10 },
  { name: "inactive", when: [{ field: "status", operator: "equals", value: "inactive" }], points: -20 },
  {
    name: "500 staff or more",
    when: [{ field: "attributes.employees", operator: "at_least", value: 500 }],
    points: 20,
  },
  { name: "came back to the site", when: [{ field: "attributes.visits", operator: "at_least", value: 3 }], points: 5 },
  { name: "met at a fair", when: [{ field: "channel", operator: "equals", value: "trade_fair" }], points: 10 },
];

/** One pool a node. A former owner waits an hour, which in the demo is a long time. */
export function demoPools(nodes: readonly OrgNode[]): readonly Pool[] {
  return nodes.map(({ nodeId, name }) => ({
    poolId: `pool_${nodeId}`,
    nodeId,
    name: `${name} public pool`,
    enabled: true,
    coolDownMs: HOUR_MS,
    freezeMs: 5000,
  }));
}
