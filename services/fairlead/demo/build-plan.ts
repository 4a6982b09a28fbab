import type { OrgNode } from "../../core/domain/organisation/org-tree.ts";
import type { RoutingPlan } from "../../core/domain/plan/routing-plan.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import type { Territory } from "../../core/domain/territory/territory.ts";
import { teamReps } from "./demo-reps.ts";
import { DEMO_POLICIES, DEMO_PREDICATES, DEMO_SCORE_RULES, demoPools } from "./demo-rules.ts";
import type { Geography } from "./geography.ts";
import { HEADQUARTERS, NATIONAL_DESK, SALES_DIVISIONS, SALES_REGIONS } from "./sales-areas.ts";
import { teamAreas } from "./team-areas.ts";
import type { TeamArea } from "./team-areas.ts";

export const DEMO_TENANT_ID = "demo";

const TEAM_REPS = 930;
const DESK_REPS = 70;
const SMALLEST_TEAM = 6;

export interface DemoPlanOptions {
  readonly seed: number;
  /** Absences lie around this time. */
  readonly nowMs: number;
  readonly geography: Geography;
}

/** The plan of the demo tenant. The same options give the same plan; `nowMs` counts by the hour. */
export function buildDemoPlan({ seed, nowMs, geography }: DemoPlanOptions): Omit<RoutingPlan, "version"> {
  const areas = teamAreas(geography);
  const divisions: OrgNode[] = SALES_DIVISIONS.map(({ nodeId, regionId, name }) => ({
    nodeId,
    parentId: regionId,
    name,
  }));
  const desk: OrgNode = { ...NATIONAL_DESK, parentId: HEADQUARTERS.nodeId };
  const teams: OrgNode[] = areas.map(({ nodeId, divisionId, name }) => ({ nodeId, parentId: divisionId, name }));
  return {
    tenantId: DEMO_TENANT_ID,
    orgNodes: [
      { ...HEADQUARTERS, parentId: null },
      ...SALES_REGIONS.map((region) => ({ ...region, parentId: HEADQUARTERS.nodeId })),
      ...divisions,
      ...teams,
      desk,
    ],
    reps: reps(areas, seed, nowMs),
    territories: areas.map(territoryOf),
    accounts: [],
    predicates: DEMO_PREDICATES,
    pools: demoPools([...divisions, ...teams, desk]),
    policies: DEMO_POLICIES,
    scoreRules: DEMO_SCORE_RULES,
    defaultNodeId: NATIONAL_DESK.nodeId,
  };
}

function territoryOf({ nodeId, geometry, codes }: TeamArea): Territory {
  return { territoryId: `territory_${nodeId}`, nodeId, priority: 100, geometry, codes };
}

function reps(areas: readonly TeamArea[], seed: number, nowMs: number): readonly Rep[] {
  const demand = areas.reduce((sum, area) => sum + area.demand, 0);
  const ofTeams = areas.flatMap((area) => {
    const repCount = Math.max(SMALLEST_TEAM, Math.round((TEAM_REPS * area.demand) / demand));
    const neighbour = areas.find((other) => other.divisionId === area.divisionId && other !== area);
    return teamReps({ ...area, repCount, neighbourNodeId: neighbour?.nodeId ?? null }, seed, nowMs);
  });
  const desk = {
    ...NATIONAL_DESK,
    zone: "America/Chicago",
    stateCode: "IL",
    repCount: DESK_REPS,
    neighbourNodeId: null,
  };
  return [...ofTeams, ...teamReps(desk, seed, nowMs)];
}
