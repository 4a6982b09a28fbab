import { booleanPointInPolygon } from "@turf/turf";
import type { Polygon } from "geojson";
import RBush from "rbush";
import type { BBox } from "rbush";
import { orderTerritories } from "./order-territories.ts";
import type { OrderedTerritory, Territory, TerritoryIndex, TerritoryPart } from "./territory.ts";

interface PartBox extends BBox {
  readonly index: number;
  readonly polygon: Polygon;
}

/**
 * The specification of a territory lookup: the best territory in overlap order that contains the point, borders
 * included. Scans everything (0.3 ms over US counties), so it is for tests and for doubt.
 *
 * The antimeridian is one line with two names: a point on it belongs to what holds it at 180° or at -180°.
 */
export function bruteForceLookup(territories: readonly OrderedTerritory[], lon: number, lat: number): number {
  if (!isOnGlobe(lon, lat)) return -1;
  const isSeam = Math.abs(lon) === 180;
  return territories.findIndex(({ parts }) =>
    parts.some((part) => partContains(part, lon, lat) || (isSeam && partContains(part, -lon, lat))),
  );
}

/** The same answers with an R-tree over the bounding boxes of the polygons: the exact reference index. */
export function createExactIndex(territories: readonly Territory[]): TerritoryIndex {
  const ordered = orderTerritories(territories);
  const boxes = ordered.flatMap(({ parts }, index) =>
    parts.map((part): PartBox => ({ ...part.bounds, index, polygon: asPolygon(part) })),
  );
  const tree = new RBush<PartBox>().load(boxes);

  function boxesAt(lon: number, lat: number): PartBox[] {
    return tree.search({ minX: lon, minY: lat, maxX: lon, maxY: lat });
  }

  function findAt(lon: number, lat: number): number {
    const point = [lon, lat];
    let best = -1;
    for (const { index, polygon } of boxesAt(lon, lat)) {
      if ((best === -1 || index < best) && booleanPointInPolygon(point, polygon)) best = index;
    }
    return best;
  }

  function find(longitudeDeg: number, latitudeDeg: number): number {
    if (!isOnGlobe(longitudeDeg, latitudeDeg)) return -1;
    const here = findAt(longitudeDeg, latitudeDeg);
    if (Math.abs(longitudeDeg) !== 180) return here;
    return betterOf(here, findAt(-longitudeDeg, latitudeDeg));
  }

  function findAll(longitudeDeg: number, latitudeDeg: number): number[] {
    if (!isOnGlobe(longitudeDeg, latitudeDeg)) return [];
    const longitudesDeg = Math.abs(longitudeDeg) === 180 ? [180, -180] : [longitudeDeg];
    const found = longitudesDeg.flatMap((lon) =>
      boxesAt(lon, latitudeDeg).filter(({ polygon }) => booleanPointInPolygon([lon, latitudeDeg], polygon)),
    );
    return [...new Set(found.map(({ index }) => index))].sort((a, b) => a - b);
  }

  return { territories: ordered, find, findAll };
}

/** Of two answers, the one earlier in the overlap order; -1 is no answer. */
function betterOf(a: number, b: number): number {
  if (a === -1) return b;
  return b === -1 ? a : Math.min(a, b);
}

/** False for NaN and infinities too. */
function isOnGlobe(lon: number, lat: number): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

function partContains(part: TerritoryPart, lon: number, lat: number): boolean {
  return booleanPointInPolygon([lon, lat], asPolygon(part));
}

/** Turf wants mutable arrays; it only reads them. */
function asPolygon(part: TerritoryPart): Polygon {
  return { type: "Polygon", coordinates: part.rings as number[][][] };
}
