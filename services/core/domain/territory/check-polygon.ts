import { findMeetings } from "./find-crossings.ts";
import { formatPosition } from "./geometry-finding.ts";
import type { FindingSink } from "./geometry-finding.ts";
import type { ParsedPolygon, ParsedRing, Point } from "./parse-polygons.ts";
import {
  doubleSignedArea,
  isDegenerate,
  locateInRing,
  ringAreaSquareMeters,
  ringLengthMeters,
} from "./ring-geometry.ts";
import { splitAtAntimeridian } from "./split-antimeridian.ts";
import type { PolygonRings } from "./split-antimeridian.ts";
import { unwrapPolygon } from "./unwrap-longitudes.ts";

const MAX_MEETINGS = 20;

/** The polygons to use instead of this one: none if it has errors or no area, several if the antimeridian splits it. */
export function checkPolygon(polygon: ParsedPolygon, sliverWidthMeters: number, sink: FindingSink): PolygonRings[] {
  const unwrapped = unwrapPolygon(polygon, sink);
  if (unwrapped === null) return [];
  const rings = dropDegenerate(unwrapped.rings, sink);
  const [shell, ...holes] = rings;
  if (shell === undefined) return [];

  const errorsBefore = sink.errorCount();
  reportMeetings(polygon.path, rings, sink);
  // Without this, what is inside is not defined.
  if (sink.errorCount() > errorsBefore) return [];
  for (const hole of holes) checkHole(hole, shell, sink);
  if (sink.errorCount() > errorsBefore) return [];
  warnOfSliver(shell, sliverWidthMeters, sink);

  const oriented = rings.map((ring, i) => orient(ring, i === 0, sink));
  if (unwrapped.crossing === null) return [oriented];
  sink.warn(
    "antimeridian-split",
    unwrapped.crossing,
    "The polygon crosses the antimeridian here and was split at 180°. " +
      "If the edge is meant to go the long way round, add a vertex in its middle.",
  );
  return splitAtAntimeridian(oriented).filter(([part]) => part !== undefined && !isDegenerate(part));
}

/** A flat shell takes its holes with it. */
function dropDegenerate(rings: readonly ParsedRing[], sink: FindingSink): ParsedRing[] {
  const kept = rings.filter((ring) => {
    if (!isDegenerate(ring.positions)) return true;
    sink.warn("degenerate-ring", ring.path, "The ring has no area and was dropped.");
    return false;
  });
  return kept[0] === rings[0] ? kept : [];
}

function reportMeetings(path: string, rings: readonly ParsedRing[], sink: FindingSink): void {
  const { meetings, isComplete } = findMeetings(rings, MAX_MEETINGS);
  if (!isComplete) {
    sink.error("too-tangled", path, "Too many edges lie over each other to check them all. Simplify the polygon.");
  }
  for (const { kind, first, second, at } of meetings) {
    const [ringA, ringB] = [rings[first.ring]!, rings[second.ring]!];
    const [edgeA, edgeB] = [ringA.sourceIndex[first.edge]!, ringB.sourceIndex[second.edge]!];
    const edgePath = `${ringA.path}/${edgeA}`;
    const place = `edge ${edgeA}${ringA === ringB ? "" : ` of ${ringA.path}`} and edge ${edgeB}${
      ringA === ringB ? "" : ` of ${ringB.path}`
    } at ${formatPosition(at[0], at[1])}`;
    if (kind === "touch") sink.warn("ring-touches", edgePath, `The border meets itself without crossing: ${place}.`);
    else if (ringA === ringB) sink.error("self-crossing", edgePath, `The ring crosses itself: ${place}.`);
    else sink.error("rings-cross", edgePath, `Two rings of the polygon cross: ${place}.`);
  }
}

/** Given that rings do not cross, the hole is as a whole where its first point off the border of the shell is. */
function checkHole(hole: ParsedRing, shell: ParsedRing, sink: FindingSink): void {
  const corners = hole.positions;
  const middles = corners
    .slice(1)
    .map(([x, y], i): Point => [(x + hole.positions[i]![0]) / 2, (y + hole.positions[i]![1]) / 2]);
  for (const [x, y] of [...corners, ...middles]) {
    const where = locateInRing(shell.positions, x, y);
    if (where === "inside") return;
    if (where === "outside") {
      const place = formatPosition(x, y);
      sink.error("hole-outside-shell", hole.path, `The hole is not inside the outer ring, for instance at ${place}.`);
      return;
    }
  }
}

function warnOfSliver(shell: ParsedRing, sliverWidthMeters: number, sink: FindingSink): void {
  const widthMeters = (2 * ringAreaSquareMeters(shell.positions)) / ringLengthMeters(shell.positions);
  if (widthMeters >= sliverWidthMeters) return;
  const width = widthMeters.toPrecision(2);
  sink.warn("sliver", shell.path, `The polygon is a sliver, ${width} m wide on average. Is it left over from a cut?`);
}

function orient({ path, positions }: ParsedRing, isShell: boolean, sink: FindingSink): readonly Point[] {
  const isCounterClockwise = doubleSignedArea(positions) > 0;
  if (isCounterClockwise === isShell) return positions;
  const wanted = isShell ? "an outer ring counter-clockwise" : "a hole clockwise";
  sink.warn("ring-order", path, `RFC 7946 wants ${wanted}; the order was corrected.`);
  return positions.toReversed();
}
