import type { Polygon } from "geojson";
import type { Segment, Step } from "../../services/core/domain/matching/policy.ts";
import type { PlanDraft } from "../../services/core/domain/plan/check-plan.ts";
import type { Pool } from "../../services/core/domain/pool/pool.ts";
import type { Rep, RepLimits } from "../../services/core/domain/rep/rep.ts";

/** A plan as it is posted: the tenant is the caller's. */
export type PlanBody = Omit<PlanDraft, "tenantId">;

export interface Team {
  /** Longitude and latitude of the south-west corner of the team's square, which is one degree wide. */
  readonly square: readonly [number, number];
  readonly reps: readonly Rep[];
  /** Rules of the team's pool. */
  readonly pool?: Partial<Pick<Pool, "coolDownMs" | "freezeMs">>;
}

/** Leads of this channel go to their team's pool at once; all others are routed. */
export const POOL_CHANNEL = "pool";

export const HOUR_MS = 3_600_000;

/**
 * An organisation of teams below `hq`. Each team has a square (`<team>-square`), a pool (`<team>-pool`) and its reps, who
 * are equal unless said otherwise and are never off shift. Leads that find nobody are parked.
 */
export function planOf(teams: Readonly<Record<string, Team>>, changes: Partial<PlanBody> = {}): PlanBody {
  const entries = Object.entries(teams);
  return {
    orgNodes: [
      { nodeId: "hq", parentId: null, name: "HQ" },
      ...entries.map(([nodeId]) => ({ nodeId, parentId: "hq", name: `Team ${nodeId}` })),
    ],
    reps: entries.flatMap(([nodeId, { reps }]) => reps.map((rep) => ({ ...rep, nodeIds: [nodeId] }))),
    territories: entries.map(
      ([
        nodeId,
        {
          square: [west, south],
        },
      ]) => ({
        territoryId: `${nodeId}-square`,
        nodeId,
        priority: 0,
        geometry: square(west, south),
        codes: [],
      }),
    ),
    accounts: [],
    predicates: [],
    pools: entries.map(([nodeId, { pool }]) => ({
      poolId: `${nodeId}-pool`,
      nodeId,
      name: `Pool of ${nodeId}`,
      enabled: true,
      coolDownMs: 0,
      freezeMs: 0,
      ...pool,
    })),
    policies: [{ nodeId: "hq", segments: [straightToPool(), routed()] }],
    scoreRules: [],
    defaultNodeId: null,
    ...changes,
  };
}

/** An active rep in UTC with room for a hundred leads. */
export function repOf(repId: string, limits: Partial<RepLimits> = {}): Rep {
  return {
    repId,
    name: `Rep ${repId}`,
    nodeIds: [],
    active: true,
    skills: {},
    languages: [],
    timeZone: "UTC",
    workingHours: [],
    absences: [],
    seniority: 3,
    fairnessWeight: 1,
    limits: { privatePool: 100, loadMilli: null, intake: [], claimsPerDay: null, ...limits },
  };
}

/** `rep-01`, `rep-02`, … */
export function repsOf(count: number, limits: Partial<RepLimits> = {}): readonly Rep[] {
  return Array.from({ length: count }, (_, index) => repOf(`rep-${String(index + 1).padStart(2, "0")}`, limits));
}

/** One degree wide, from its south-west corner. */
export function square(west: number, south: number): Polygon {
  const [east, north] = [west + 1, south + 1];
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Polygon", coordinates: [ring] };
}

export function stepOf(changes: Partial<Step> = {}): Step {
  return {
    requiredSkills: [],
    languageRequired: false,
    preferredSkills: [],
    minSeniority: 0,
    strategy: "fair_fit",
    fairnessBound: 1,
    afterWaitMs: 0,
    scope: "team",
    ...changes,
  };
}

export function routed(step: Partial<Step> = {}): Segment {
  return { name: "routed", when: [], loadMilli: 1_000, steps: [stepOf(step)], fallback: { kind: "parked" } };
}

function straightToPool(): Segment {
  return {
    name: "pool",
    when: [{ field: "channel", operator: "equals", value: POOL_CHANNEL }],
    loadMilli: 1_000,
    steps: [],
    fallback: { kind: "public", poolId: null },
  };
}
