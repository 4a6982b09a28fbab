import { createIntList, pushInt } from "./int-list.ts";
import type { IntList } from "./int-list.ts";
import type { TerritoryPart } from "./territory.ts";

/** A coarse cell is 1° wide and has 16 × 16 fine cells. */
export const FINE_PER_COARSE = 16;
export const FINE_PER_BLOCK = FINE_PER_COARSE * FINE_PER_COARSE;
/** One row and column more than the globe has, for points on 180° and 90° and those that rounding moves there. */
export const COARSE_COLUMNS = 361;
export const COARSE_ROWS = 181;

const FINE_COLUMNS = COARSE_COLUMNS * FINE_PER_COARSE;
const FINE_ROWS = COARSE_ROWS * FINE_PER_COARSE;

/**
 * Cells are taken to be larger by this on each side when edges are looked for. It is about 0.1 mm, 10,000 times the
 * rounding anywhere in a lookup, so a point is never in a cell that missed an edge near it.
 */
const MARGIN_DEG = 1e-9;

/** Longitude of the middle of a fine column, in degrees. */
export function fineColumnCenterDeg(column: number): number {
  return (column + 0.5) / FINE_PER_COARSE - 180;
}

/** Latitude of the middle of a fine row, in degrees. */
export function fineRowCenterDeg(row: number): number {
  return (row + 0.5) / FINE_PER_COARSE - 90;
}

/**
 * The fine cells, enlarged by the margin, that an edge of the part touches: keys `coarse cell × 256 + fine cell in it`,
 * ascending, each once. May hold a cell too many, never one too few.
 */
export function touchedCells(part: TerritoryPart): Int32Array {
  const keys = createIntList();
  for (const ring of part.rings) {
    for (let i = 1; i < ring.length; i++) touchEdge(keys, ring[i - 1]!, ring[i]!);
  }
  const sorted = keys.values.subarray(0, keys.length).sort();
  let unique = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[unique++] = sorted[i]!;
  }
  return sorted.slice(0, unique);
}

/** Row by row: cuts the edge to the row, then takes every column between the ends of the piece. */
function touchEdge(keys: IntList, from: readonly number[], to: readonly number[]): void {
  const isUpward = from[1]! <= to[1]!;
  const [lowX, lowY] = (isUpward ? from : to) as [number, number];
  const [highX, highY] = (isUpward ? to : from) as [number, number];
  // The piece is cut at a rounded latitude. On a nearly level edge that moves it far along the edge, yet to a place
  // that is within 1e-13° of the row all the same, which the margin covers.
  const xAt = (y: number) => {
    if (y <= lowY) return lowX;
    return y >= highY ? highX : lowX + ((y - lowY) / (highY - lowY)) * (highX - lowX);
  };
  const lastRow = fineIndex(highY + 90 + MARGIN_DEG, FINE_ROWS);
  for (let row = fineIndex(lowY + 90 - MARGIN_DEG, FINE_ROWS); row <= lastRow; row++) {
    const bottom = row / FINE_PER_COARSE - 90;
    const x1 = xAt(bottom - MARGIN_DEG);
    const x2 = xAt(bottom + 1 / FINE_PER_COARSE + MARGIN_DEG);
    const firstColumn = fineIndex(Math.min(x1, x2) + 180 - MARGIN_DEG, FINE_COLUMNS);
    const lastColumn = fineIndex(Math.max(x1, x2) + 180 + MARGIN_DEG, FINE_COLUMNS);
    for (let column = firstColumn; column <= lastColumn; column++) pushInt(keys, cellKey(column, row));
  }
}

function fineIndex(degreesFromOrigin: number, count: number): number {
  return Math.min(Math.max(Math.floor(degreesFromOrigin * FINE_PER_COARSE), 0), count - 1);
}

function cellKey(column: number, row: number): number {
  const coarse = (row >> 4) * COARSE_COLUMNS + (column >> 4);
  return coarse * FINE_PER_BLOCK + (row & 15) * FINE_PER_COARSE + (column & 15);
}
