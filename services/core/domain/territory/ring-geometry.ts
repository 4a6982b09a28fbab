import { sideOfEdge } from "./orientation.ts";
import type { Bounds, Ring } from "./territory.ts";

const EARTH_RADIUS_METERS = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** A ring of a smaller mean width encloses nothing but rounding: 1e-12° is 0.1 µm, the step of doubles is 3e-14°. */
const DEGENERATE_WIDTH_DEG = 1e-12;

export function ringBounds(ring: Ring): Bounds {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (const position of ring) {
    const x = position[0]!;
    const y = position[1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

/** Twice the planar area in square degrees, positive if counter-clockwise. Relative to the first vertex, for precision. */
export function doubleSignedArea(ring: Ring): number {
  const x0 = ring[0]![0]!;
  const y0 = ring[0]![1]!;
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const x1 = ring[i - 1]![0]! - x0;
    const y1 = ring[i - 1]![1]! - y0;
    sum += x1 * (ring[i]![1]! - y0) - (ring[i]![0]! - x0) * y1;
  }
  return sum;
}

/** True for a ring that is folded onto a line or a point. Its mean width is twice its area by its perimeter. */
export function isDegenerate(ring: Ring): boolean {
  if (ring.length < 4) return true;
  let perimeterDeg = 0;
  for (let i = 1; i < ring.length; i++) {
    perimeterDeg += Math.hypot(ring[i]![0]! - ring[i - 1]![0]!, ring[i]![1]! - ring[i - 1]![1]!);
  }
  if (Math.abs(doubleSignedArea(ring)) > DEGENERATE_WIDTH_DEG * perimeterDeg) return false;
  // A symmetric bow-tie has no net area either, but it is not flat: only a ring that stays on one line is.
  return isFlat(ring);
}

function isFlat(ring: Ring): boolean {
  const [x0, y0] = ring[0] as [number, number];
  let far = ring[0]!;
  let farDeg = 0;
  for (const position of ring) {
    const distanceDeg = Math.hypot(position[0]! - x0, position[1]! - y0);
    if (distanceDeg > farDeg) [far, farDeg] = [position, distanceDeg];
  }
  if (farDeg === 0) return true;
  const dx = (far[0]! - x0) / farDeg;
  const dy = (far[1]! - y0) / farDeg;
  return ring.every(([x, y]) => Math.abs(dx * (y! - y0) - dy * (x! - x0)) <= DEGENERATE_WIDTH_DEG);
}

/** Area on the sphere, unsigned (Chamberlain and Duquette 2007). Within 0.6 % of the ellipsoid. */
export function ringAreaSquareMeters(ring: Ring): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1, y1] = ring[i - 1] as [number, number];
    const [x2, y2] = ring[i] as [number, number];
    sum += (x2 - x1) * RADIANS * (2 + Math.sin(y1 * RADIANS) + Math.sin(y2 * RADIANS));
  }
  return (Math.abs(sum) * EARTH_RADIUS_METERS * EARTH_RADIUS_METERS) / 2;
}

/** Length on the sphere, flat within one edge: good to 1e-4 for edges of a few kilometres. */
export function ringLengthMeters(ring: Ring): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1, y1] = ring[i - 1] as [number, number];
    const [x2, y2] = ring[i] as [number, number];
    sum += Math.hypot((x2 - x1) * Math.cos(((y1 + y2) / 2) * RADIANS), y2 - y1);
  }
  return sum * RADIANS * EARTH_RADIUS_METERS;
}

/** Where a point is relative to one ring, by the even-odd rule. */
export function locateInRing(ring: Ring, x: number, y: number): "inside" | "border" | "outside" {
  let isInside = false;
  for (let i = 1; i < ring.length; i++) {
    const isUpward = ring[i - 1]![1]! <= ring[i]![1]!;
    const low = isUpward ? ring[i - 1]! : ring[i]!;
    const high = isUpward ? ring[i]! : ring[i - 1]!;
    const v1 = low[1]! - y;
    const v2 = high[1]! - y;
    if (v1 > 0 || v2 < 0) continue;
    const u1 = low[0]! - x;
    const u2 = high[0]! - x;
    const side = sideOfEdge(u1, v1, u2, v2);
    if (side === 0 && u1 * u2 <= 0) return "border";
    if (side > 0 && v2 > 0) isInside = !isInside;
  }
  return isInside ? "inside" : "outside";
}
