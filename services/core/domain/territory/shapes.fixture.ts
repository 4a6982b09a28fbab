import * as fc from "fast-check";
import type { MultiPolygon, Polygon, Position } from "geojson";
import type { Territory } from "./territory.ts";

export function box(minX: number, minY: number, maxX: number, maxY: number): Position[] {
  return [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
    [minX, minY],
  ];
}

/** Positions in short: `"0 0, 4 0, 4 4, 0 0"`. */
export function positions(text: string): Position[] {
  return text.split(", ").map((position) => position.split(" ").map(Number));
}

export function polygonOf(...rings: Position[][]): Polygon {
  return { type: "Polygon", coordinates: rings };
}

export function multiPolygonOf(...polygons: Position[][][]): MultiPolygon {
  return { type: "MultiPolygon", coordinates: polygons };
}

export function territoryOf(
  territoryId: string,
  geometry: Territory["geometry"],
  more: Partial<Territory> = {},
): Territory {
  return { territoryId, nodeId: `node-${territoryId}`, priority: 0, geometry, codes: [], ...more };
}

/** A star around a centre: simple, mostly concave, with the given number of corners. */
export function starRing([x, y]: readonly [number, number], radiiDeg: readonly number[]): Position[] {
  const ring = radiiDeg.map((radius, i): Position => {
    const angle = (2 * Math.PI * i) / radiiDeg.length;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
  return [...ring, ring[0]!];
}

const radii = fc.array(fc.double({ min: 0.01, max: 4, noNaN: true }), { minLength: 3, maxLength: 24 });
const center = fc.tuple(fc.double({ min: -6, max: 6, noNaN: true }), fc.double({ min: -6, max: 6, noNaN: true }));

/** A star, sometimes with a smaller star cut out of it. */
const starPolygon = fc
  .record({ center, radii, hole: fc.option(fc.double({ min: 0.1, max: 0.9, noNaN: true }), { nil: null }) })
  .map(({ center, radii, hole }) => {
    const shell = starRing(center, radii);
    if (hole === null) return [shell];
    const scaled = radii.map((radius) => radius * hole);
    return [shell, starRing(center, scaled).toReversed()];
  });

/** Up to eight overlapping territories of up to three polygons each, near the crossing of equator and prime meridian. */
export const starTerritories: fc.Arbitrary<Territory[]> = fc
  .array(
    fc.record({
      polygons: fc.array(starPolygon, { minLength: 1, maxLength: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map(({ polygons, priority }, i) => territoryOf(`t${i}`, multiPolygonOf(...polygons), { priority })),
  );

/** All vertices, the middles of all edges, and points one rounding step beside them. */
export function borderPoints(territories: readonly Territory[]): Position[] {
  return territories.flatMap(({ geometry }) => {
    if (geometry === null) return [];
    const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
    return rings.flatMap((ring) =>
      ring.slice(1).flatMap(([x, y], i): Position[] => {
        const middle: Position = [(x! + ring[i]![0]!) / 2, (y! + ring[i]![1]!) / 2];
        return [[x!, y!], middle, [middle[0]! * (1 + Number.EPSILON), middle[1]!]];
      }),
    );
  });
}
