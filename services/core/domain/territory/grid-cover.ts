import type { EdgeSlabs } from "./edge-slabs.ts";
import {
  COARSE_COLUMNS,
  COARSE_ROWS,
  FINE_PER_BLOCK,
  FINE_PER_COARSE,
  fineColumnCenterDeg,
  fineRowCenterDeg,
  touchedCells,
} from "./grid-cells.ts";
import { createIntList, pushInt, pushRepeated } from "./int-list.ts";
import type { IntList } from "./int-list.ts";
import type { TerritoryPart } from "./territory.ts";

/** Not a rank; larger than any. */
const NOBODY = 0x7fff_ffff;

export interface RankedPart extends TerritoryPart {
  /** Place of the territory in the overlap order. */
  readonly rank: number;
}

/** What each cell of the globe is to the territories. The rank in a full cell is the answer for all its points. */
export interface GridCover {
  /** Rank per coarse cell that has one answer, else -1; looked at only where there is no block. */
  readonly coarseFull: Int32Array;
  /** Number of the block of 256 fine cells, or -1. */
  readonly blockOf: Int32Array;
  /** Per fine cell of a block, the best rank that fills it, or -1. */
  readonly fineFull: Int32Array;
  /** Pairs (fine cell, part) of parts with an edge in the cell that win over what fills it, best part first. */
  readonly candidates: Int32Array;
}

/**
 * Covers the globe with cells that lie wholly inside a territory and cells that edges run through.
 *
 * A cell is full only if no edge touches it, and an untouched cell beside another untouched one is like it, because
 * nothing lies between them; so only the first cell of a run is tested. Parts come best first, so the first to fill a
 * cell keeps it and later parts need not be looked at there.
 */
export function buildGridCover(parts: readonly RankedPart[], slabs: EdgeSlabs): GridCover {
  const draft: Draft = {
    coarseFull: new Int32Array(COARSE_COLUMNS * COARSE_ROWS).fill(NOBODY),
    blockOf: new Int32Array(COARSE_COLUMNS * COARSE_ROWS).fill(-1),
    fineFull: createIntList(FINE_PER_BLOCK * 64),
    candidates: createIntList(),
  };
  const isCoarseTouched = new Uint8Array(COARSE_COLUMNS * COARSE_ROWS);
  for (const [part, ranked] of parts.entries()) {
    const contains = (column: number, row: number) =>
      slabs.contains(part, fineColumnCenterDeg(column), fineRowCenterDeg(row));
    const brush: Brush = { part, rank: ranked.rank, contains };
    const keys = touchedCells(ranked);
    for (const key of keys) isCoarseTouched[key >> 8] = 1;
    fillCoarseCells(draft, brush, ranked, isCoarseTouched);
    fillFineCells(draft, brush, keys);
    for (const key of keys) isCoarseTouched[key >> 8] = 0;
  }
  const fineFull = draft.fineFull.values.slice(0, draft.fineFull.length);
  return {
    coarseFull: draft.coarseFull.map(orNone),
    blockOf: draft.blockOf,
    fineFull: fineFull.map(orNone),
    candidates: draft.candidates.values.slice(0, draft.candidates.length),
  };
}

interface Draft {
  readonly coarseFull: Int32Array;
  readonly blockOf: Int32Array;
  readonly fineFull: IntList;
  readonly candidates: IntList;
}

/** The part that is being laid over the grid. `contains` takes the fine column and row of a cell. */
interface Brush {
  readonly part: number;
  readonly rank: number;
  readonly contains: (column: number, row: number) => boolean;
}

function orNone(rank: number): number {
  return rank === NOBODY ? -1 : rank;
}

function fillCoarseCells(draft: Draft, brush: Brush, { bounds }: TerritoryPart, isTouched: Uint8Array): void {
  const firstColumn = Math.floor(bounds.minX + 180);
  const lastColumn = Math.floor(bounds.maxX + 180);
  const lastRow = Math.floor(bounds.maxY + 90);
  for (let row = Math.floor(bounds.minY + 90); row <= lastRow; row++) {
    // Undefined where a touched cell has broken the run.
    let isInside: boolean | undefined;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const cell = row * COARSE_COLUMNS + column;
      if (isTouched[cell] === 1) {
        isInside = undefined;
        continue;
      }
      isInside ??= brush.contains(column * FINE_PER_COARSE, row * FINE_PER_COARSE);
      if (isInside) fillCoarseCell(draft, cell, brush.rank);
    }
  }
}

function fillCoarseCell(draft: Draft, cell: number, rank: number): void {
  if (draft.coarseFull[cell]! !== NOBODY) return;
  draft.coarseFull[cell] = rank;
  const block = draft.blockOf[cell]!;
  if (block === -1) return;
  const fine = draft.fineFull.values;
  const end = (block + 1) * FINE_PER_BLOCK;
  for (let i = block * FINE_PER_BLOCK; i < end; i++) if (fine[i] === NOBODY) fine[i] = rank;
}

/** `keys` are sorted, so the cells of one block follow each other. */
function fillFineCells(draft: Draft, brush: Brush, keys: Int32Array): void {
  const isTouched = new Uint8Array(FINE_PER_BLOCK);
  let start = 0;
  while (start < keys.length) {
    const coarse = keys[start]! >> 8;
    isTouched.fill(0);
    let end = start;
    for (; end < keys.length && keys[end]! >> 8 === coarse; end++) isTouched[keys[end]! & 255] = 1;
    if (draft.coarseFull[coarse] === NOBODY) fillBlock(draft, brush, coarse, isTouched);
    start = end;
  }
}

function fillBlock(draft: Draft, brush: Brush, coarse: number, isTouched: Uint8Array): void {
  const first = openBlock(draft, coarse);
  const full = draft.fineFull.values;
  const firstColumn = (coarse % COARSE_COLUMNS) * FINE_PER_COARSE;
  const firstRow = Math.floor(coarse / COARSE_COLUMNS) * FINE_PER_COARSE;
  const isInside = new Uint8Array(FINE_PER_BLOCK);
  for (let cell = 0; cell < FINE_PER_BLOCK; cell++) {
    const isWon = full[first + cell] !== NOBODY;
    if (isTouched[cell] === 1) {
      if (isWon) continue;
      pushInt(draft.candidates, first + cell);
      pushInt(draft.candidates, brush.part);
      continue;
    }
    if ((cell & 15) > 0 && isTouched[cell - 1] === 0) isInside[cell] = isInside[cell - 1]!;
    else if (cell > 15 && isTouched[cell - 16] === 0) isInside[cell] = isInside[cell - 16]!;
    else isInside[cell] = brush.contains(firstColumn + (cell & 15), firstRow + (cell >> 4)) ? 1 : 0;
    if (isInside[cell] === 1 && !isWon) full[first + cell] = brush.rank;
  }
}

/** Index of the first fine cell of the block, which is made if there is none yet. */
function openBlock(draft: Draft, coarse: number): number {
  if (draft.blockOf[coarse] === -1) {
    draft.blockOf[coarse] = draft.fineFull.length / FINE_PER_BLOCK;
    pushRepeated(draft.fineFull, NOBODY, FINE_PER_BLOCK);
  }
  return draft.blockOf[coarse]! * FINE_PER_BLOCK;
}
