import RBush from "rbush";
import type { BBox } from "rbush";
import { orient2d } from "robust-predicates";
import type { ParsedRing, Point } from "./parse-polygons.ts";

/** An edge is named by its ring and the place of its first position in `positions`. */
export interface EdgeName {
  readonly ring: number;
  readonly edge: number;
}

/**
 * Where two edges of a polygon meet though they do not follow each other. `cross`: the border passes from
 * one side of itself to the other, in the middle of two edges or at a corner. `touch`: it only comes back to itself, or
 * runs over itself.
 */
export interface EdgeMeeting {
  readonly kind: "cross" | "touch";
  readonly first: EdgeName;
  readonly second: EdgeName;
  readonly at: Point;
}

interface EdgeBox extends BBox, EdgeName {
  readonly a: Point;
  readonly b: Point;
  /** The positions before `a` and after `b`. */
  readonly before: Point;
  readonly after: Point;
  /** Number of edges in the ring. */
  readonly count: number;
}

export interface Meetings {
  /** At most the limit of each kind, crossings first. */
  readonly meetings: readonly EdgeMeeting[];
  /** False if so many edges lie over each other that the search was given up. */
  readonly isComplete: boolean;
}

/** Pairs of edges whose boxes meet. A drawn border has about 7 an edge; a million take up to half a second. */
const MAX_PAIRS = 1_000_000;
const MAX_PAIRS_PER_EDGE = 50;

export function findMeetings(rings: readonly ParsedRing[], limit: number): Meetings {
  const edges = rings.flatMap(edgesOf);
  const tree = new RBush<EdgeBox>().load(edges);
  const crossings: EdgeMeeting[] = [];
  const touches: EdgeMeeting[] = [];
  let pairsLeft = MAX_PAIRS + MAX_PAIRS_PER_EDGE * edges.length;
  for (const first of edges) {
    const near = tree.search(first);
    pairsLeft -= near.length;
    if (pairsLeft < 0) return { meetings: [...crossings, ...touches], isComplete: false };
    for (const second of near) {
      if (second.ring < first.ring || (second.ring === first.ring && second.edge <= first.edge)) continue;
      const meeting = meet(first, second);
      if (meeting === null) continue;
      const list = meeting.kind === "cross" ? crossings : touches;
      // Up to four pairs of edges meet at a corner that is visited twice.
      const isKnown = list.some(({ at }) => at[0] === meeting.at[0] && at[1] === meeting.at[1]);
      if (!isKnown && list.length < limit) list.push(meeting);
      if (crossings.length >= limit) return { meetings: crossings, isComplete: true };
    }
  }
  return { meetings: [...crossings, ...touches], isComplete: true };
}

function edgesOf({ positions }: ParsedRing, ring: number): EdgeBox[] {
  const count = positions.length - 1;
  return positions.slice(0, -1).map((a, edge) => {
    const b = positions[edge + 1]!;
    return {
      ring,
      edge,
      a,
      b,
      before: positions[edge === 0 ? count - 1 : edge - 1]!,
      after: positions[edge + 1 === count ? 1 : edge + 2]!,
      count,
      minX: Math.min(a[0], b[0]),
      minY: Math.min(a[1], b[1]),
      maxX: Math.max(a[0], b[0]),
      maxY: Math.max(a[1], b[1]),
    };
  });
}

/** Exact in whether and how; the place is rounded. `first` comes before `second`. */
function meet(first: EdgeBox, second: EdgeBox): EdgeMeeting | null {
  if (first.ring === second.ring) {
    if (second.edge === first.edge + 1) return foldBack(first, second);
    if (first.edge === 0 && second.edge === first.count - 1) return foldBack(second, first);
  }
  const { a, b } = first;
  const { a: c, b: d } = second;
  const sideC = side(a, b, c);
  const sideD = side(a, b, d);
  const sideA = side(c, d, a);
  const sideB = side(c, d, b);
  if (sideC * sideD < 0 && sideA * sideB < 0) {
    return { kind: "cross", first, second, at: crossingPoint(first, second) };
  }
  if (sideC === 0 && isWithin(first, c)) return meetAt(first, second, c);
  if (sideD === 0 && isWithin(first, d)) return meetAt(first, second, d);
  if (sideA === 0 && isWithin(second, a)) return meetAt(first, second, a);
  if (sideB === 0 && isWithin(second, b)) return meetAt(first, second, b);
  return null;
}

/** Two borders that share a point: they cross there if one goes from one side of the other to its other side. */
function meetAt(first: EdgeBox, second: EdgeBox, at: Point): EdgeMeeting {
  const [from, to] = armsAt(first, at);
  const [ends1, ends2] = armsAt(second, at).map((end) => sideOfCorner(at, from, to, end)) as [number, number];
  return { kind: ends1 * ends2 < 0 ? "cross" : "touch", first, second, at };
}

/** Where the border that runs through the edge comes from before the point and goes to after it. */
function armsAt({ a, b, before, after }: EdgeBox, at: Point): [Point, Point] {
  if (at[0] === a[0] && at[1] === a[1]) return [before, b];
  if (at[0] === b[0] && at[1] === b[1]) return [a, after];
  return [a, b];
}

/** 1 if `end`, seen from the corner, is left of the way from → corner → to, -1 if right, 0 if along one of its arms. */
function sideOfCorner(corner: Point, from: Point, to: Point, end: Point): -1 | 0 | 1 {
  const ofOut = side(corner, to, end);
  const ofIn = side(from, corner, end);
  const turn = side(from, corner, to);
  if (ofOut === 0 && isAhead(corner, to, end)) return 0;
  if (ofIn === 0 && isAhead(corner, from, end)) return 0;
  if (turn === 0) return ofOut;
  // In a left turn the left side is the inner one, where both arms have the end on their left; else the other way round.
  const isInner = ofOut === turn && ofIn === turn;
  return isInner === turn > 0 ? 1 : -1;
}

function isAhead(corner: Point, to: Point, end: Point): boolean {
  return (to[0] - corner[0]) * (end[0] - corner[0]) + (to[1] - corner[1]) * (end[1] - corner[1]) > 0;
}

function side(a: Point, b: Point, c: Point): -1 | 0 | 1 {
  const turn = orient2d(a[0], a[1], b[0], b[1], c[0], c[1]);
  if (turn === 0) return 0;
  return turn > 0 ? 1 : -1;
}

/** For a point on the line of the edge: whether it is on the edge. */
function isWithin(box: BBox, [x, y]: Point): boolean {
  return x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY;
}

/** Two edges that follow each other only meet beyond their common end if the border turns round and runs back. */
function foldBack(edge: EdgeBox, next: EdgeBox): EdgeMeeting | null {
  if (side(edge.a, edge.b, next.b) !== 0 || !isAhead(edge.b, edge.a, next.b)) return null;
  return { kind: "touch", first: edge, second: next, at: edge.b };
}

function crossingPoint({ a, b }: EdgeBox, { a: c, b: d }: EdgeBox): Point {
  const [abX, abY, cdX, cdY] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const along = ((c[0] - a[0]) * cdY - (c[1] - a[1]) * cdX) / (abX * cdY - abY * cdX);
  return [a[0] + along * abX, a[1] + along * abY];
}
