import { Fault } from "../fault.ts";
import { isDegenerate, ringAreaSquareMeters, ringBounds } from "./ring-geometry.ts";
import type { OrderedTerritory, OverlapRule, Ring, Territory, TerritoryPart } from "./territory.ts";

/**
 * Puts territories into the overlap order (priority, then smallest area, then id) and flattens their geometry.
 *
 * The geometry should have passed `validateGeometry`. What an index cannot live with is refused here once more.
 * @throws Fault PLAN_INVALID for a repeated id or a priority that is not finite; GEOMETRY_INVALID, with its place, for
 * an open ring, a position off the globe, or an edge that crosses the antimeridian.
 */
export function orderTerritories(territories: readonly Territory[]): readonly OrderedTerritory[] {
  const seenIds = new Set<string>();
  const ordered = territories.map((territory, position) => {
    const at = `/${position}`;
    if (seenIds.has(territory.territoryId)) throw new Fault("PLAN_INVALID", "The territory id is used twice.", { at });
    seenIds.add(territory.territoryId);
    if (!Number.isFinite(territory.priority)) {
      throw new Fault("PLAN_INVALID", "The priority of a territory must be a finite number.", { at: `${at}/priority` });
    }
    return prepare(territory, `${at}/geometry/coordinates`);
  });
  return ordered.sort(compareTerritories);
}

/** Negative if `a` wins over `b`. Total, because ids are unique. */
export function compareTerritories(a: OrderedTerritory, b: OrderedTerritory): number {
  return (
    a.territory.priority - b.territory.priority ||
    a.areaSquareMeters - b.areaSquareMeters ||
    compareIds(a.territory, b.territory)
  );
}

/** By code unit, so that the order is the same in every locale. */
export function compareIds(a: Territory, b: Territory): number {
  if (a.territoryId === b.territoryId) return 0;
  return a.territoryId < b.territoryId ? -1 : 1;
}

/** The first rule by which the winner and the runner-up differ. */
export function decidingRule(winner: OrderedTerritory, runnerUp: OrderedTerritory | undefined): OverlapRule {
  if (runnerUp === undefined) return "only";
  if (winner.territory.priority !== runnerUp.territory.priority) return "priority";
  return winner.areaSquareMeters === runnerUp.areaSquareMeters ? "id" : "area";
}

function prepare(territory: Territory, at: string): OrderedTerritory {
  const { geometry } = territory;
  if (geometry === null) return { territory, areaSquareMeters: 0, parts: [] };
  const isMulti = geometry.type === "MultiPolygon";
  const polygons: readonly (readonly Ring[])[] = isMulti ? geometry.coordinates : [geometry.coordinates];
  const parts: TerritoryPart[] = [];
  let areaSquareMeters = 0;
  for (const [i, polygon] of polygons.entries()) {
    for (const [j, ring] of polygon.entries()) refuseUnusable(ring, isMulti ? `${at}/${i}/${j}` : `${at}/${j}`);
    const [shell, ...holes] = polygon;
    if (shell === undefined || isDegenerate(shell)) continue;
    // A flat hole removes nothing, and Turf itself is of two minds about points on one.
    const kept = [shell, ...holes.filter((hole) => !isDegenerate(hole))];
    const [shellArea, ...holeAreas] = kept.map(ringAreaSquareMeters);
    areaSquareMeters += holeAreas.reduce((left, hole) => left - hole, shellArea!);
    // The bounds are of all rings: by the even-odd rule a hole that sticks out of its shell is inside out there.
    parts.push({ rings: kept, bounds: ringBounds(kept.flat()) });
  }
  return { territory, areaSquareMeters: Math.round(areaSquareMeters), parts };
}

function refuseUnusable(ring: Ring, at: string): void {
  const first = ring[0];
  const last = ring.at(-1);
  if (first === undefined || last === undefined || first[0] !== last[0] || first[1] !== last[1]) {
    throw new Fault("GEOMETRY_INVALID", "The ring is not closed.", { at });
  }
  for (const [i, position] of ring.entries()) {
    const [x, y] = position as [number, number];
    if (!(Math.abs(x) <= 180 && Math.abs(y) <= 90)) {
      throw new Fault("GEOMETRY_INVALID", "The position is not on the globe.", { at: `${at}/${i}` });
    }
    if (i > 0 && isAntimeridianJump(ring[i - 1]![0]!, x)) {
      throw new Fault("GEOMETRY_INVALID", "The edge crosses the antimeridian.", { at: `${at}/${i}` });
    }
  }
}

/**
 * True if an edge between these longitudes is taken for one over the antimeridian: it is the shorter way. An edge between
 * -180 and 180 is the seam of a shape that spans the world, as around a pole.
 */
export function isAntimeridianJump(fromDeg: number, toDeg: number): boolean {
  return Math.abs(toDeg - fromDeg) > 180 && !(Math.abs(fromDeg) === 180 && Math.abs(toDeg) === 180);
}
