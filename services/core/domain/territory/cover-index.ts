import { createEdgeSlabs } from "./edge-slabs.ts";
import { COARSE_COLUMNS } from "./grid-cells.ts";
import { buildGridCover } from "./grid-cover.ts";
import type { GridCover, RankedPart } from "./grid-cover.ts";
import { createIntList, pushInt } from "./int-list.ts";
import { orderTerritories } from "./order-territories.ts";
import type { Territory, TerritoryIndex } from "./territory.ts";

/**
 * The index of the hot path: a two-level grid of 1° and 1/16° cells over the globe, and edges in slabs for the cells
 * that borders run through. Exact: it answers as `bruteForceLookup` does for every point. `find` does not allocate.
 *
 * Most points take two array reads; the others test the one to three polygons with an edge in their cell. Rates are in
 * bench/results/territory-lookup.json. Building costs about 0.2 s and 8 MB for the 3,231 US counties.
 * @throws Fault as `orderTerritories` does.
 */
export function createCoverIndex(territories: readonly Territory[]): TerritoryIndex {
  const ordered = orderTerritories(territories);
  const parts: readonly RankedPart[] = ordered.flatMap((territory, rank) =>
    territory.parts.map((part) => ({ ...part, rank })),
  );
  const { contains } = createEdgeSlabs(parts);
  const { coarse, fine, lists } = encodeCover(buildGridCover(parts, { contains }), parts);
  const rankOf = Int32Array.from(parts, ({ rank }) => rank);

  function findOnPlane(lon: number, lat: number): number {
    // 16 times the degrees is exact but for the rounding of the sum, which the margin of the grid covers.
    const column = ((lon + 180) * 16) | 0;
    const row = ((lat + 90) * 16) | 0;
    const whole = coarse[(row >> 4) * COARSE_COLUMNS + (column >> 4)]!;
    if (whole >= -1) return whole;
    const cell = fine[((-2 - whole) << 8) | ((row & 15) << 4) | (column & 15)]!;
    return cell >= -1 ? cell : findInList(-2 - cell, lon, lat);
  }

  function findInList(start: number, lon: number, lat: number): number {
    let at = start;
    let entry = lists[at]!;
    while (entry >= 0) {
      if (contains(entry, lon, lat)) return rankOf[entry]!;
      entry = lists[++at]!;
    }
    return -2 - entry;
  }

  /** The rare rest: both names of the antimeridian are asked and the better answer counts. */
  function findOnSeam(lon: number, lat: number): number {
    if (!(Math.abs(lon) === 180 && Math.abs(lat) <= 90)) return -1;
    const east = findOnPlane(180, lat);
    const west = findOnPlane(-180, lat);
    if (east === -1) return west;
    return west === -1 ? east : Math.min(east, west);
  }

  function find(longitudeDeg: number, latitudeDeg: number): number {
    // Written so that NaN fails it.
    if (longitudeDeg > -180 && longitudeDeg < 180 && latitudeDeg >= -90 && latitudeDeg <= 90) {
      return findOnPlane(longitudeDeg, latitudeDeg);
    }
    return findOnSeam(longitudeDeg, latitudeDeg);
  }

  function findAll(longitudeDeg: number, latitudeDeg: number): number[] {
    if (find(longitudeDeg, latitudeDeg) === -1) return [];
    const isSeam = Math.abs(longitudeDeg) === 180;
    const hits = parts.filter(
      (_, part) => contains(part, longitudeDeg, latitudeDeg) || (isSeam && contains(part, -longitudeDeg, latitudeDeg)),
    );
    return [...new Set(hits.map(({ rank }) => rank))];
  }

  return { territories: ordered, find, findAll };
}

interface EncodedCover {
  /** Rank or -1 if the whole cell has that answer; -2 - n if block n of `fine` has the answer. */
  readonly coarse: Int32Array;
  /** Rank or -1 likewise; -2 - n if the answer is in the list that starts at n. */
  readonly fine: Int32Array;
  /** Parts to test in order, then the answer if none contains the point, as -2 - rank. */
  readonly lists: Int32Array;
}

function encodeCover(cover: GridCover, parts: readonly RankedPart[]): EncodedCover {
  const coarse = cover.coarseFull.map((rank, cell) => {
    const block = cover.blockOf[cell]!;
    return block === -1 ? rank : -2 - block;
  });
  const fine = cover.fineFull.slice();
  const lists = createIntList();
  // Neighbouring cells mostly hold the same parts, so equal lists are stored once: a quarter of the memory on US counties.
  const startOfList = new Map<string, number>();
  const { starts, partsOf } = groupByCell(cover);
  for (const [cell, filler] of cover.fineFull.entries()) {
    let end = starts[cell + 1]!;
    // A part of the territory that fills the cell anyway need not be tested last.
    while (end > starts[cell]! && parts[partsOf[end - 1]!]!.rank === filler) end -= 1;
    if (end === starts[cell]) continue;
    const candidates = partsOf.subarray(starts[cell], end);
    const key = `${candidates.join()}:${filler}`;
    const known = startOfList.get(key);
    const start = known ?? lists.length;
    if (known === undefined) {
      startOfList.set(key, start);
      for (const part of candidates) pushInt(lists, part);
      pushInt(lists, -2 - filler);
    }
    fine[cell] = -2 - start;
  }
  return { coarse, fine, lists: lists.values.slice(0, lists.length) };
}

/** Parts of fine cell n, in the order they were found: best first. They are in `partsOf` from `starts[n]` to `starts[n + 1]`. */
function groupByCell({ fineFull, candidates }: GridCover) {
  const starts = new Int32Array(fineFull.length + 1);
  for (let i = 0; i < candidates.length; i += 2) starts[candidates[i]! + 1]! += 1;
  for (let cell = 0; cell < fineFull.length; cell++) starts[cell + 1]! += starts[cell]!;
  const next = starts.slice();
  const partsOf = new Int32Array(candidates.length / 2);
  for (let i = 0; i < candidates.length; i += 2) partsOf[next[candidates[i]!]!++] = candidates[i + 1]!;
  return { starts, partsOf };
}
