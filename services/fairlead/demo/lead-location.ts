import type { Position } from "geojson";
import type { Territory } from "../../core/domain/territory/territory.ts";
import type { Place } from "./geography.ts";
import type { Random } from "./seeded-random.ts";

/** As at the door: a point, a code, or nothing. */
export interface DemoLocation {
  readonly latitude?: number;
  readonly longitude?: number;
  readonly adminCode?: string;
}

export const LOCATION_KINDS = ["near_place", "on_border", "off_territory", "code_only", "missing"] as const;
export type LocationKind = (typeof LOCATION_KINDS)[number];

/** South-west and north-east corner, in degrees, of water far from any county. */
const SEAS = [
  { name: "Atlantic", west: -73, south: 30, east: -68, north: 37 },
  { name: "Gulf", west: -93, south: 25, east: -88, north: 27.5 },
  { name: "Pacific", west: -135, south: 32, east: -128, north: 45 },
] as const;

/** Latitude, longitude of city centres abroad. */
const ABROAD = [
  [43.65, -79.38],
  [25.67, -100.31],
  [51.51, -0.13],
  [35.68, 139.69],
] as const;

const JITTER_KM = 4;
const KM_PER_DEGREE = 111.2;

export function locationKind(random: Random): LocationKind {
  const u = random.next();
  if (u < 0.01) return "on_border";
  if (u < 0.02) return "off_territory";
  if (u < 0.041) return "code_only";
  return u < 0.05 ? "missing" : "near_place";
}

/** Every vertex of every territory: the points that belong to two or three of them. */
export function borderPoints(territories: readonly Territory[]): readonly Position[] {
  return territories.flatMap(({ geometry }) => {
    if (geometry === null) return [];
    return geometry.type === "Polygon" ? geometry.coordinates.flat() : geometry.coordinates.flat(2);
  });
}

export function locate(kind: LocationKind, place: Place, borders: readonly Position[], random: Random): DemoLocation {
  switch (kind) {
    case "near_place":
      return nearPlace(place, random);
    case "on_border": {
      const [longitude, latitude] = borders[random.below(borders.length)]!;
      return { latitude: latitude!, longitude: longitude! };
    }
    case "off_territory":
      return offTerritory(random);
    case "code_only":
      return { adminCode: random.next() < 0.6 ? place.countyFips : `US-${place.stateCode}` };
    case "missing":
      return {};
  }
}

/** Denser towards the centre of the place. Six decimals are what devices send. */
function nearPlace({ latitudeDeg, longitudeDeg }: Place, random: Random): DemoLocation {
  const shift = (): number => ((random.next() + random.next() - 1) * JITTER_KM) / KM_PER_DEGREE;
  return {
    latitude: rounded(latitudeDeg + shift()),
    longitude: rounded(longitudeDeg + shift() / Math.cos((latitudeDeg * Math.PI) / 180)),
  };
}

function offTerritory(random: Random): DemoLocation {
  if (random.next() < 0.4) {
    const [latitude, longitude] = ABROAD[random.below(ABROAD.length)]!;
    return { latitude, longitude };
  }
  const sea = SEAS[random.below(SEAS.length)]!;
  return {
    latitude: rounded(sea.south + random.next() * (sea.north - sea.south)),
    longitude: rounded(sea.west + random.next() * (sea.east - sea.west)),
  };
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
