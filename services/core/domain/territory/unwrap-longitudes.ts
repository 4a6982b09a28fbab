import type { FindingSink } from "./geometry-finding.ts";
import { isAntimeridianJump } from "./order-territories.ts";
import type { ParsedPolygon, ParsedRing, Point } from "./parse-polygons.ts";
import { ringBounds } from "./ring-geometry.ts";

/** One turn to each side of the globe: what a split can bring back. */
const MAX_UNWRAPPED_DEG = 540;

export interface UnwrappedPolygon {
  /** Longitudes run on continuously, so a ring over the antimeridian leaves ±180°. Holes are where their shell is. */
  readonly rings: readonly ParsedRing[];
  /** JSON pointer to the first position over the antimeridian, or null if the polygon stays on one side. */
  readonly crossing: string | null;
}

/**
 * Undoes the jump from 180 to -180 in both ways it is written: a jump between two positions, or longitudes beyond 180.
 * Null, and reported, if a ring goes around a pole: then no split of the ring is a polygon.
 */
export function unwrapPolygon(polygon: ParsedPolygon, sink: FindingSink): UnwrappedPolygon | null {
  const unwrapped: ParsedRing[] = [];
  for (const ring of polygon.rings) {
    const continuous = unwrapRing(ring, sink);
    if (continuous === null) return null;
    const shell = unwrapped[0];
    unwrapped.push(shell === undefined ? continuous : moveInto(continuous, shell));
  }
  const shell = unwrapped[0]!;
  const { minX, maxX } = ringBounds(shell.positions);
  if (minX >= -180 && maxX <= 180) return { rings: unwrapped, crossing: null };
  const crossing = minX < -180 ? crossingPath(shell, (x) => x < -180) : crossingPath(shell, (x) => x > 180);
  if (crossing === null || minX < -MAX_UNWRAPPED_DEG || maxX > MAX_UNWRAPPED_DEG) {
    sink.error("out-of-range", `${shell.path}/0`, "The longitudes are beyond ±180. Write them within ±180.");
    return null;
  }
  return { rings: unwrapped, crossing };
}

function unwrapRing(ring: ParsedRing, sink: FindingSink): ParsedRing | null {
  let offsetDeg = 0;
  const positions = ring.positions.map(([x, y], i): Point => {
    const before = i === 0 ? x : ring.positions[i - 1]![0];
    if (isAntimeridianJump(before, x)) offsetDeg += x < before ? 360 : -360;
    return [x + offsetDeg, y];
  });
  const { minX, maxX } = ringBounds(positions);
  if (offsetDeg === 0 && maxX - minX <= 360) return { ...ring, positions };
  const jump = ring.positions.findIndex(([x], i) => i > 0 && isAntimeridianJump(ring.positions[i - 1]![0], x));
  sink.error(
    "antimeridian-pole",
    `${ring.path}/${ring.sourceIndex[Math.max(jump, 0)]}`,
    "The ring goes all the way around the globe. Close it along ±180° and the pole.",
  );
  return null;
}

/** Path of the first position whose edge leads from one side of the antimeridian to the other; null if none does. */
function crossingPath({ path, positions, sourceIndex }: ParsedRing, isBeyond: (x: number) => boolean): string | null {
  const i = positions.findIndex(([x], at) => at > 0 && isBeyond(x) !== isBeyond(positions[at - 1]![0]));
  return i === -1 ? null : `${path}/${sourceIndex[i]}`;
}

/** A hole may have been started on the other side of the antimeridian than its shell. */
function moveInto(hole: ParsedRing, shell: ParsedRing): ParsedRing {
  const { minX, maxX } = ringBounds(shell.positions);
  const own = ringBounds(hole.positions);
  const shiftDeg = [0, 360, -360].find((by) => own.minX + by >= minX && own.maxX + by <= maxX) ?? 0;
  if (shiftDeg === 0) return hole;
  return { ...hole, positions: hole.positions.map(([x, y]): Point => [x + shiftDeg, y]) };
}
