import type { Position } from "geojson";
import type { CountyShape, CountyTopology } from "./geography.ts";

/**
 * The counties on the integer grid of the atlas, so that "the same vertex" and "on the edge" are exact questions.
 * A vertex is one number; neighbours share vertices, and hence, once turned into degrees, the very same positions.
 */
export interface CountyMesh {
  /** Closed rings of vertices, land to the right, without repeated neighbours. */
  ringsOf(shape: CountyShape): readonly (readonly number[])[];
  positionOf(vertex: number): Position;
}

/** Grid coordinates are below 10⁵, so two of them fit exactly into a double. */
const ROW = 2 ** 20;

export function createCountyMesh(topology: CountyTopology): CountyMesh {
  const { transform } = topology;
  if (transform === undefined) throw new Error("the county atlas is expected to be quantised");
  const arcs = topology.arcs.map(decodeArc);
  const vertices = new Set(arcs.flat());
  const splitArcs = arcs.map((arc) => splitAtVertices(arc, vertices));

  function ring(arcIndexes: readonly number[]): number[] {
    const path: number[] = [];
    for (const index of arcIndexes) {
      const arc = index < 0 ? splitArcs[~index]!.toReversed() : splitArcs[index]!;
      for (const vertex of arc) if (path.at(-1) !== vertex) path.push(vertex);
    }
    return path;
  }

  return {
    ringsOf: (shape) => (shape.type === "Polygon" ? shape.arcs : shape.arcs.flat()).map(ring),
    positionOf: (vertex) => [
      Math.floor(vertex / ROW) * transform.scale[0] + transform.translate[0],
      (vertex % ROW) * transform.scale[1] + transform.translate[1],
    ],
  };
}

function decodeArc(deltas: readonly (readonly number[])[]): number[] {
  let x = 0;
  let y = 0;
  return deltas.map(([dx, dy]) => (x += dx!) * ROW + (y += dy!));
}

/**
 * Puts a vertex into each edge that passes exactly through one. Rounding to the grid has pushed a few corners onto the
 * next edge of the same border; with the corner in both, the spike between them falls out of the union by itself.
 */
function splitAtVertices(arc: readonly number[], vertices: ReadonlySet<number>): number[] {
  const split: number[] = arc.slice(0, 1);
  for (let i = 1; i < arc.length; i++) {
    const [from, to] = [arc[i - 1]!, arc[i]!];
    const dx = Math.floor(to / ROW) - Math.floor(from / ROW);
    const dy = (to % ROW) - (from % ROW);
    const gridSteps = greatestCommonDivisor(Math.abs(dx), Math.abs(dy));
    for (let step = 1; step < gridSteps; step++) {
      const between = from + ((dx * ROW + dy) / gridSteps) * step;
      if (vertices.has(between)) split.push(between);
    }
    split.push(to);
  }
  return split;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
