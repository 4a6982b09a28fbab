import type { MultiPolygon, Position } from "geojson";
import type { CountyMesh } from "./county-mesh.ts";
import type { CountyShape } from "./geography.ts";

/**
 * The union of counties as RFC 7946 wants it: shells counter-clockwise, holes clockwise, no ring that touches itself.
 *
 * Edges that two counties walk in opposite directions are inside and cancel; the others stay as they are, so that two
 * neighbouring unions have the very same vertices along their border. (`merge` of topojson-client does this by arcs,
 * and leaves rings open where three borders meet in one point.) The Census cuts Alaska at the antimeridian already.
 */
export function unionOf(mesh: CountyMesh, counties: readonly CountyShape[]): MultiPolygon {
  const rings = traceRings(outerEdges(mesh, counties))
    // The atlas keeps the Census' direction, land to the right of the line; turned round, land is to the left.
    .map((ring) => ring.toReversed().map((vertex) => mesh.positionOf(vertex)));
  const polygons = rings
    .filter((ring) => doubleArea(ring) > 0)
    .map((shell) => ({ rings: [shell], area: doubleArea(shell) }));
  for (const hole of rings.filter((ring) => doubleArea(ring) < 0)) {
    const around = polygons.filter((polygon) => ringContains(polygon.rings[0]!, hole));
    around.sort((a, b) => a.area - b.area);
    around[0]?.rings.push(hole);
  }
  return { type: "MultiPolygon", coordinates: polygons.map((polygon) => polygon.rings) };
}

/** Vertex → the vertices that edges lead to from it. */
type Edges = Map<number, number[]>;

function outerEdges(mesh: CountyMesh, counties: readonly CountyShape[]): Edges {
  const edges: Edges = new Map();
  for (const ring of counties.flatMap((county) => mesh.ringsOf(county))) {
    for (let i = 1; i < ring.length; i++) {
      const [from, to] = [ring[i - 1]!, ring[i]!];
      if (removeEdge(edges, to, from)) continue;
      const targets = edges.get(from);
      if (targets === undefined) edges.set(from, [to]);
      else targets.push(to);
    }
  }
  return edges;
}

function removeEdge(edges: Edges, from: number, to: number): boolean {
  const targets = edges.get(from);
  const at = targets?.indexOf(to) ?? -1;
  if (targets === undefined || at === -1) return false;
  targets.splice(at, 1);
  if (targets.length === 0) edges.delete(from);
  return true;
}

/**
 * Walks the edges until none is left, and cuts off a ring whenever the walk is back at a vertex: so counties that meet
 * in one point only give two rings, not a figure of eight. As many edges enter a vertex as leave it, hence no dead end.
 */
function traceRings(edges: Edges): number[][] {
  const rings: number[][] = [];
  for (const start of edges.keys()) {
    while (edges.has(start)) {
      const path = [start];
      const placeOf = new Map([[start, 0]]);
      for (let at = edges.get(start)?.[0]; at !== undefined; at = edges.get(at)?.[0]) {
        removeEdge(edges, path.at(-1)!, at);
        const earlier = placeOf.get(at);
        if (earlier === undefined) {
          placeOf.set(at, path.length);
          path.push(at);
          continue;
        }
        const loop = path.splice(earlier + 1);
        for (const vertex of loop) placeOf.delete(vertex);
        rings.push([at, ...loop, at]);
      }
    }
  }
  return rings;
}

/** Twice the signed area in square degrees, positive if counter-clockwise; relative to the first vertex, for precision. */
export function doubleArea(ring: readonly Position[]): number {
  const [originX, originY] = ring[0] as [number, number];
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number];
    const [bx, by] = ring[i] as [number, number];
    sum += (ax - originX) * (by - originY) - (bx - originX) * (ay - originY);
  }
  return sum;
}

/** Asks for the middle of the hole's first edge: a vertex may lie on the shell, an edge cannot. */
function ringContains(shell: readonly Position[], hole: readonly Position[]): boolean {
  const x = (hole[0]![0]! + hole[1]![0]!) / 2;
  const y = (hole[0]![1]! + hole[1]![1]!) / 2;
  let isInside = false;
  for (let i = 1; i < shell.length; i++) {
    const [ax, ay] = shell[i - 1] as [number, number];
    const [bx, by] = shell[i] as [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
  }
  return isInside;
}

/** Middle of the bounding box of the county's longest ring: good enough to cut the country into teams. */
export function countyCenter(mesh: CountyMesh, shape: CountyShape): { longitudeDeg: number; latitudeDeg: number } {
  const longest = mesh.ringsOf(shape).reduce((a, b) => (b.length > a.length ? b : a));
  const positions = longest.map((vertex) => mesh.positionOf(vertex));
  const longitudes = positions.map((position) => position[0]!);
  const latitudes = positions.map((position) => position[1]!);
  return {
    longitudeDeg: (Math.min(...longitudes) + Math.max(...longitudes)) / 2,
    latitudeDeg: (Math.min(...latitudes) + Math.max(...latitudes)) / 2,
  };
}
