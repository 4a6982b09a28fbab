import { locateInRing } from "./ring-geometry.ts";
import type { Point } from "./parse-polygons.ts";

export type PolygonRings = readonly (readonly Point[])[];

/**
 * Splits a polygon drawn over the antimeridian into polygons within ±180° (RFC 7946 §3.1.9). Longitudes run on
 * continuously (170, 190) within ±540°. Rings must be simple, must not cross each other, and must have the interior on
 * their left: shells counter-clockwise, holes clockwise.
 */
export function splitAtAntimeridian(polygon: PolygonRings): PolygonRings[] {
  const west = cutPolygon(polygon, -180);
  const east = west.above.map((part) => cutPolygon(part, 180));
  return [
    ...west.below.map((part) => shiftPolygon(part, 360)),
    ...east.flatMap(({ below }) => below),
    ...east.flatMap(({ above }) => above.map((part) => shiftPolygon(part, -360))),
  ];
}

export function shiftPolygon(polygon: PolygonRings, byDeg: number): PolygonRings {
  return polygon.map((ring) => ring.map(([x, y]): Point => [x + byDeg, y]));
}

interface Halves {
  readonly below: PolygonRings[];
  readonly above: PolygonRings[];
}

/** A stretch of a ring on one side of the line, from the point where it comes over to the point where it goes back. */
interface Chain {
  readonly points: readonly Point[];
  readonly enterY: number;
  readonly leaveY: number;
}

/** Vertices on the line count as below it, so each ring crosses it an even number of times. */
function cutPolygon(polygon: PolygonRings, lineX: number): Halves {
  const whole = { below: [] as (readonly Point[])[], above: [] as (readonly Point[])[] };
  const chains = { below: [] as Chain[], above: [] as Chain[] };
  for (const ring of polygon) {
    const start = firstCrossing(ring, lineX);
    if (start === -1) whole[isAbove(ring[0]!, lineX) ? "above" : "below"].push(ring);
    else cutRing(ring, start, lineX, chains);
  }
  if (chains.above.length === 0) {
    return isAbove(polygon[0]![0]!, lineX) ? { below: [], above: [polygon] } : { below: [polygon], above: [] };
  }
  return {
    below: addHoles(joinChains(chains.below), whole.below),
    above: addHoles(joinChains(chains.above), whole.above),
  };
}

function isAbove([x]: Point, lineX: number): boolean {
  return x > lineX;
}

/** Index of the first edge over the line, or -1. */
function firstCrossing(ring: readonly Point[], lineX: number): number {
  return ring.findIndex((point, i) => i + 1 < ring.length && isAbove(point, lineX) !== isAbove(ring[i + 1]!, lineX));
}

function cutRing(
  ring: readonly Point[],
  start: number,
  lineX: number,
  chains: Record<"below" | "above", Chain[]>,
): void {
  const count = ring.length - 1;
  let points = [crossingAt(ring[start]!, ring[start + 1]!, lineX)];
  for (let step = 1; step <= count; step++) {
    const from = ring[(start + step) % count]!;
    const to = ring[(start + step + 1) % count]!;
    points.push(from);
    if (isAbove(from, lineX) === isAbove(to, lineX)) continue;
    const exit = crossingAt(from, to, lineX);
    points.push(exit);
    chains[isAbove(from, lineX) ? "above" : "below"].push({ points, enterY: points[0]![1], leaveY: exit[1] });
    points = [exit];
  }
}

function crossingAt([x1, y1]: Point, [x2, y2]: Point, lineX: number): Point {
  if (x1 === lineX) return [lineX, y1];
  if (x2 === lineX) return [lineX, y2];
  // From the same end whichever way the edge runs, so that neighbours get the same point.
  const [ax, ay, bx, by] = x1 < x2 ? [x1, y1, x2, y2] : [x2, y2, x1, y1];
  return [lineX, ay + ((lineX - ax) / (bx - ax)) * (by - ay)];
}

/**
 * Closes the chains along the line. With the interior on the left, places where the border enters and leaves a side
 * alternate along the line, so the n-th place of leaving is joined with the n-th of entering.
 */
function joinChains(chains: readonly Chain[]): Point[][] {
  const byEntry = chains.toSorted((a, b) => a.enterY - b.enterY);
  const byExit = chains.toSorted((a, b) => a.leaveY - b.leaveY);
  const next = new Map(byExit.map((chain, i) => [chain, byEntry[i]!]));
  const open = new Set(chains);
  const rings: Point[][] = [];
  for (const first of chains) {
    if (!open.has(first)) continue;
    const ring: Point[] = [];
    for (let chain = first; open.delete(chain); chain = next.get(chain)!) ring.push(...chain.points);
    ring.push(ring[0]!);
    rings.push(withoutRepeats(ring));
  }
  return rings;
}

function withoutRepeats(ring: readonly Point[]): Point[] {
  return ring.filter(([x, y], i) => i === 0 || x !== ring[i - 1]![0] || y !== ring[i - 1]![1]);
}

/** Gives each hole that the line missed to the shell around it. */
function addHoles(shells: readonly Point[][], holes: readonly (readonly Point[])[]): PolygonRings[] {
  const polygons = shells.map((shell) => [shell as readonly Point[]]);
  for (const hole of holes) {
    const [x, y] = hole[0]!;
    const owner = polygons.find(([shell]) => locateInRing(shell!, x, y) !== "outside");
    owner?.push(hole);
  }
  return polygons;
}
