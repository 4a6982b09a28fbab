import { sideOfEdge } from "./orientation.ts";
import type { TerritoryPart } from "./territory.ts";

/** Edges per slab of a part's height. From 1 to 8 the rate over US counties is the same within noise; less costs memory. */
const EDGES_PER_SLAB = 4;
/** Numbers kept per part: minX, minY, maxX, maxY, slabs per degree of latitude. */
const STRIDE = 5;

export interface EdgeSlabs {
  /** Exact, border inclusive: what Turf says of the part. A few edges are looked at, however many there are. */
  readonly contains: (part: number, x: number, y: number) => boolean;
}

/**
 * Cuts each part into horizontal slabs and copies the edges that meet a slab next to each other, lower end first.
 *
 * An edge is filed from the slab of its lower to the slab of its upper end, computed as for the point. That function of
 * y is monotone even with rounding, so an edge at the height of a point is always in the slab of the point.
 */
export function createEdgeSlabs(parts: readonly TerritoryPart[]): EdgeSlabs {
  const shape = new Float64Array(parts.length * STRIDE);
  const firstSlab = new Int32Array(parts.length);
  const slabCount = layOutSlabs(parts, shape, firstSlab);

  // Offsets into `edges`: slab s owns slabStart[s] to slabStart[s + 1].
  const slabStart = new Int32Array(slabCount + 1);
  forEachEdgeInSlab(parts, shape, firstSlab, (slab) => {
    slabStart[slab + 1]! += 4;
  });
  for (let s = 0; s < slabCount; s++) slabStart[s + 1]! += slabStart[s]!;
  const edges = new Float64Array(slabStart[slabCount]!);
  const next = slabStart.slice(0, slabCount);
  forEachEdgeInSlab(parts, shape, firstSlab, (slab, low, high) => {
    const at = next[slab]!;
    next[slab] = at + 4;
    edges[at] = low[0]!;
    edges[at + 1] = low[1]!;
    edges[at + 2] = high[0]!;
    edges[at + 3] = high[1]!;
  });

  function contains(part: number, x: number, y: number): boolean {
    const p = part * STRIDE;
    const minY = shape[p + 1]!;
    if (x < shape[p]! || y < minY || x > shape[p + 2]! || y > shape[p + 3]!) return false;
    const slab = firstSlab[part]! + (((y - minY) * shape[p + 4]!) | 0);
    const end = slabStart[slab + 1]!;
    let isInside = false;
    for (let k = slabStart[slab]!; k < end; k += 4) {
      const v1 = edges[k + 1]! - y;
      const v2 = edges[k + 3]! - y;
      if (v1 > 0 || v2 < 0) continue;
      const u1 = edges[k]! - x;
      const u2 = edges[k + 2]! - x;
      // An edge to the right of the point is neither crossed by the ray to the left nor under the point.
      if (u1 > 0 && u2 > 0) continue;
      if (v2 === 0) {
        if (endsOnPoint(u1, v1, u2)) return true;
        continue;
      }
      const side = sideOfEdge(u1, v1, u2, v2);
      if (side === 0) return true;
      if (side > 0) isInside = !isInside;
    }
    return isInside;
  }

  return { contains };
}

/** For an edge whose upper end is at the height of the point: a level edge over the point, or an end exactly on it. */
function endsOnPoint(u1: number, v1: number, u2: number): boolean {
  if (v1 < 0) return u2 === 0;
  return u1 <= 0 ? u2 >= 0 : u2 <= 0;
}

/** Fills `shape` and `firstSlab`; returns the number of slabs. */
function layOutSlabs(parts: readonly TerritoryPart[], shape: Float64Array, firstSlab: Int32Array): number {
  let slabCount = 0;
  for (const [part, { rings, bounds }] of parts.entries()) {
    const edgeCount = rings.reduce((sum, ring) => sum + ring.length - 1, 0);
    const slabs = Math.ceil(edgeCount / EDGES_PER_SLAB);
    shape.set([bounds.minX, bounds.minY, bounds.maxX, bounds.maxY, slabs / (bounds.maxY - bounds.minY)], part * STRIDE);
    firstSlab[part] = slabCount;
    // One more, because rounding may lift the topmost point into it.
    slabCount += slabs + 1;
  }
  return slabCount;
}

type Visit = (slab: number, low: readonly number[], high: readonly number[]) => void;

function forEachEdgeInSlab(
  parts: readonly TerritoryPart[],
  shape: Float64Array,
  firstSlab: Int32Array,
  visit: Visit,
): void {
  for (const [part, { rings, bounds }] of parts.entries()) {
    const perDegree = shape[part * STRIDE + 4]!;
    const first = firstSlab[part]!;
    const slabOf = (y: number) => first + (((y - bounds.minY) * perDegree) | 0);
    for (const ring of rings) {
      for (let i = 1; i < ring.length; i++) {
        const isUpward = ring[i - 1]![1]! <= ring[i]![1]!;
        const low = isUpward ? ring[i - 1]! : ring[i]!;
        const high = isUpward ? ring[i]! : ring[i - 1]!;
        const last = slabOf(high[1]!);
        for (let slab = slabOf(low[1]!); slab <= last; slab++) visit(slab, low, high);
      }
    }
  }
}
