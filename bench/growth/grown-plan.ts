import type { Position } from "geojson";
import type { Step } from "../../services/core/domain/matching/policy.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import type { Territory } from "../../services/core/domain/territory/territory.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { FACTS } from "../../services/core/domain/decision/records.fixture.ts";
import { createRandom, LOWER_48 } from "../micro/territory-data.ts";

export const TENANT = "growth";

export interface PlanSize {
  readonly territories: number;
  readonly reps: number;
  /** Teams are of this size, so more reps are more teams. */
  readonly teamSize: number;
}

/** Vertices of a side, so that borders are no straight lines. */
const SIDE_VERTICES = 5;
const PRODUCTS = ["forklift", "crane", "lift"];

/** Territories tile the country without gap or overlap; each belongs to a team, teams to regions of a hundred. */
export function grownPlan({ territories, reps, teamSize }: PlanSize): RoutingPlan {
  const teams = Math.max(1, Math.ceil(reps / teamSize));
  const teamOf = (index: number): string => `team-${index % teams}`;
  return {
    tenantId: TENANT,
    version: 1,
    orgNodes: [
      { nodeId: "hq", parentId: null, name: "HQ" },
      ...range(Math.ceil(teams / 100)).map((region) => ({
        nodeId: `region-${region}`,
        parentId: "hq",
        name: "Region",
      })),
      ...range(teams).map((team) => ({
        nodeId: `team-${team}`,
        parentId: `region-${Math.floor(team / 100)}`,
        name: "Team",
      })),
    ],
    reps: range(reps).map((index) => repOf(index, teamOf(Math.floor(index / teamSize)))),
    territories: tiles(territories).map((ring, index): Territory => ({
      territoryId: `territory-${index}`,
      nodeId: teamOf(index),
      priority: 100,
      geometry: { type: "Polygon", coordinates: [ring] },
      codes: [],
    })),
    accounts: [],
    predicates: [],
    pools: [],
    policies: [
      {
        nodeId: "hq",
        segments: [{ name: "all", when: [], loadMilli: 1_000, steps: [STEP], fallback: { kind: "parked" } }],
      },
    ],
    scoreRules: [],
    // Not the headquarters: its candidates would be everybody. `team` in main.ts measures that.
    defaultNodeId: "team-0",
  };
}

const STEP: Step = {
  requiredSkills: [],
  languageRequired: false,
  preferredSkills: [{ skill: "{product}", level: 3 }],
  minSeniority: 0,
  strategy: "fair_fit",
  fairnessBound: 3,
  afterWaitMs: 0,
  scope: "team",
};

function repOf(index: number, teamId: string): Rep {
  return {
    repId: `rep-${String(index).padStart(6, "0")}`,
    name: "Rep",
    nodeIds: [teamId],
    active: true,
    skills: { [PRODUCTS[index % PRODUCTS.length]!]: 1 + (index % 5) },
    languages: ["en"],
    timeZone: "UTC",
    workingHours: [],
    absences: [],
    seniority: 3,
    fairnessWeight: 1,
    limits: { privatePool: 1_000_000, loadMilli: null, intake: [], claimsPerDay: null },
  };
}

/** A grid whose inner lines are crooked in a way that neighbours share. */
function tiles(count: number): Position[][] {
  const { minX, minY, maxX, maxY } = LOWER_48;
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const [width, height] = [(maxX - minX) / columns, (maxY - minY) / rows];
  const at = (column: number, row: number): Position => [
    minX + (column + 0.15 * Math.sin(row * 2.399)) * width,
    minY + (row + 0.15 * Math.sin(column * 1.618)) * height,
  ];
  return range(count).map((index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const corners: [number, number][] = [
      [column, row],
      [column + 1, row],
      [column + 1, row + 1],
      [column, row + 1],
    ];
    const ring = corners.flatMap(([fromColumn, fromRow], side) => {
      const [toColumn, toRow] = corners[(side + 1) % 4]!;
      // Along a side one of the two does not change, and both neighbours walk through the same points.
      return range(SIDE_VERTICES).map((step) => {
        const share = step / SIDE_VERTICES;
        return at(fromColumn + (toColumn - fromColumn) * share, fromRow + (toRow - fromRow) * share);
      });
    });
    return [...ring, ring[0]!];
  });
}

/** New leads, evenly over the country. */
export function grownLeads(count: number, seed: number): readonly LeadRequest[] {
  const random = createRandom(seed);
  const { minX, minY, maxX, maxY } = LOWER_48;
  return range(count).map((index): LeadRequest => {
    const leadId = `${seed.toString(16).padStart(8, "0")}-0000-7000-8000-${index.toString(16).padStart(12, "0")}`;
    return {
      facts: {
        ...FACTS,
        tenantId: TENANT,
        leadId,
        externalId: `x-${index}`,
        product: PRODUCTS[index % PRODUCTS.length]!,
        language: "en",
        location: {
          ...FACTS.location,
          longitudeDeg: minX + random() * (maxX - minX),
          latitudeDeg: minY + random() * (maxY - minY),
        },
      },
      sealedContact: new Uint8Array(),
      cycle: 1,
      rerouteReason: "",
      excludedRepIds: [],
      rejectedReason: "",
    };
  });
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
