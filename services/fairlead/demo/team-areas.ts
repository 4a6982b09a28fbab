import type { MultiPolygon } from "geojson";
import { createCountyMesh } from "./county-mesh.ts";
import type { CountyMesh } from "./county-mesh.ts";
import { countyCenter, unionOf } from "./area-geometry.ts";
import { countyShapes } from "./geography.ts";
import type { CountyShape, Geography, Place } from "./geography.ts";
import { SALES_DIVISIONS } from "./sales-areas.ts";
import { US_STATES, zoneAt } from "./us-states.ts";
import type { UsState } from "./us-states.ts";

export interface County {
  readonly fips: string;
  readonly stateCode: string;
  readonly shape: CountyShape;
  readonly longitudeDeg: number;
  readonly latitudeDeg: number;
  /** Share of the country's leads expected here. */
  demand: number;
}

/** The ground of one team. */
export interface TeamArea {
  readonly nodeId: string;
  readonly divisionId: string;
  readonly name: string;
  readonly counties: readonly County[];
  readonly demand: number;
  readonly zone: string;
  /** The state most of the demand is in. */
  readonly stateCode: string;
  readonly geometry: MultiPolygon;
  readonly codes: readonly string[];
}

/** The ground a team can work: about 1.6 % of the country's leads, which makes about 60 teams. */
const DEMAND_PER_TEAM = 0.0163;

/** Cuts the country into teams: every county is in exactly one. */
export function teamAreas({ topology, places }: Geography): readonly TeamArea[] {
  const mesh = createCountyMesh(topology);
  const counties = weighCounties(mesh, countyShapes(topology), places);
  return SALES_DIVISIONS.flatMap((division) => {
    const own = counties.filter((county) => division.states.includes(county.stateCode));
    const count = Math.max(1, Math.round(demandOf(own) / DEMAND_PER_TEAM));
    const parts = nameParts(cut(own, count, ""));
    const mainPart = mainPartByState(parts);
    return parts.map((part, i): TeamArea => {
      const stateCode = topKey(part.counties, (county) => county.stateCode);
      return {
        nodeId: `${division.nodeId}_${i + 1}`,
        divisionId: division.nodeId,
        name: `${division.name} ${part.label === "" ? "Team" : part.label}`,
        counties: part.counties,
        demand: demandOf(part.counties),
        zone: topKey(part.counties, (county) => zoneAt(stateOf(county), county.longitudeDeg)),
        stateCode,
        geometry: unionOf(
          mesh,
          part.counties.map((county) => county.shape),
        ),
        codes: codesOf(part, mainPart, counties),
      };
    });
  });
}

interface Part {
  readonly label: string;
  readonly counties: readonly County[];
}

function weighCounties(mesh: CountyMesh, shapes: readonly CountyShape[], places: readonly Place[]): readonly County[] {
  const stateByFips = new Map(US_STATES.map((state) => [state.fips, state.code]));
  const counties = shapes.map((shape): County => {
    const fips = String(shape.id);
    const stateCode = stateByFips.get(fips.slice(0, 2));
    if (stateCode === undefined) throw new Error(`county ${fips} is in no known state`);
    return { fips, stateCode, shape, ...countyCenter(mesh, shape), demand: 0 };
  });
  const byFips = new Map(counties.map((county) => [county.fips, county]));
  const byState = Map.groupBy(counties, (county) => county.stateCode);
  for (const place of places) {
    const county = byFips.get(place.countyFips) ?? nearest(byState.get(place.stateCode)!, place);
    county.demand += place.weight;
  }
  return counties;
}

/** For places whose county code is newer than the atlas, as Connecticut's planning regions. */
function nearest(counties: readonly County[], place: Place): County {
  const distance = (county: County): number =>
    Math.hypot(county.longitudeDeg - place.longitudeDeg, county.latitudeDeg - place.latitudeDeg);
  return counties.reduce((best, county) => (distance(county) < distance(best) ? county : best));
}

/**
 * Halves the counties by demand, across the longer side, until there are `count` parts. Straight cuts through the
 * centres keep the parts about as compact as the whole.
 */
function cut(counties: readonly County[], count: number, label: string): Part[] {
  if (count === 1) return [{ label, counties }];
  const isWide = isWiderThanHigh(counties);
  const place = (county: County): number => (isWide ? county.longitudeDeg : county.latitudeDeg);
  const sorted = counties.toSorted((a, b) => place(a) - place(b) || (a.fips < b.fips ? -1 : 1));
  const lowCount = Math.ceil(count / 2);
  const target = (demandOf(counties) * lowCount) / count;
  let sum = 0;
  let at = 0;
  while (at < sorted.length - 1 && (at === 0 || sum + sorted[at]!.demand / 2 < target)) sum += sorted[at++]!.demand;
  const [lowWord, highWord] = isWide ? (["West", "East"] as const) : (["South", "North"] as const);
  return [
    ...cut(sorted.slice(0, at), lowCount, extend(label, lowWord)),
    ...cut(sorted.slice(at), count - lowCount, extend(label, highWord)),
  ];
}

/** "North" and "East" make "North East"; a third or a repeated word would only confuse, numbers tell those apart. */
function extend(label: string, word: string): string {
  if (label === "") return word;
  return label.includes(" ") || isVertical(label) === isVertical(word) ? label : `${label} ${word}`;
}

function isVertical(text: string): boolean {
  return /North|South/u.test(text);
}

function nameParts(parts: readonly Part[]): readonly Part[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    const nth = (seen.get(part.label) ?? 0) + 1;
    seen.set(part.label, nth);
    const isShared = parts.filter((other) => other.label === part.label).length > 1;
    return isShared ? { ...part, label: `${part.label} ${nth}`.trim() } : part;
  });
}

function isWiderThanHigh(counties: readonly County[]): boolean {
  const spread = (of: (county: County) => number): number => {
    const demand = demandOf(counties);
    const mean = counties.reduce((sum, county) => sum + of(county) * county.demand, 0) / demand;
    return counties.reduce((sum, county) => sum + (of(county) - mean) ** 2 * county.demand, 0) / demand;
  };
  const degreeRatio = Math.cos((counties[0]!.latitudeDeg * Math.PI) / 180);
  return spread((county) => county.longitudeDeg) * degreeRatio ** 2 > spread((county) => county.latitudeDeg);
}

/** A lead that names its state only goes to the team with most of that state's demand. */
function mainPartByState(parts: readonly Part[]): ReadonlyMap<string, Part> {
  const states = new Set(parts.flatMap((part) => part.counties.map((county) => county.stateCode)));
  const demandIn = (part: Part, state: string): number =>
    demandOf(part.counties.filter((county) => county.stateCode === state));
  return new Map(
    [...states].map((state) => [state, parts.reduce((a, b) => (demandIn(b, state) > demandIn(a, state) ? b : a))]),
  );
}

function codesOf(part: Part, mainPart: ReadonlyMap<string, Part>, all: readonly County[]): readonly string[] {
  return [...Map.groupBy(part.counties, (county) => county.stateCode)].flatMap(([state, own]) => {
    const isWhole = own.length === all.filter((county) => county.stateCode === state).length;
    const countyCodes = isWhole
      ? [`admin:${own[0]!.fips.slice(0, 2)}`]
      : own.map((county) => `admin:${county.fips}`).sort();
    return mainPart.get(state) === part ? [`admin:US-${state}`, ...countyCodes] : countyCodes;
  });
}

function demandOf(counties: readonly County[]): number {
  return counties.reduce((sum, county) => sum + county.demand, 0);
}

function topKey(counties: readonly County[], keyOf: (county: County) => string): string {
  const groups = [...Map.groupBy(counties, keyOf)];
  return groups.reduce((a, b) => (demandOf(b[1]) > demandOf(a[1]) ? b : a))[0];
}

function stateOf(county: County): UsState {
  return US_STATES.find((state) => state.code === county.stateCode)!;
}
