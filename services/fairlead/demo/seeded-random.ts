/**
 * Random numbers that are a pure function of a seed and a position, so that lead 1,000,000 can be made without the
 * 999,999 before it, and a restarted demo goes on where it stopped.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, count). */
  below(count: number): number;
}

const GOLDEN = 0x9e3779b9;
const UINT32 = 0x1_0000_0000;

/** Final mix of MurmurHash3: every input bit reaches every output bit. */
export function mixBits(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a of the UTF-16 units, mixed. Not for secrets. */
export function hashText(seed: number, text: string): number {
  let h = 0x811c9dc5 ^ mixBits(seed);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mixBits(h);
}

/** Uniform in [0, 1), fixed for a seed and a text. */
export function shareOf(seed: number, text: string): number {
  return hashText(seed, text) / UINT32;
}

/** A stream of its own for each (seed, position). A Weyl sequence through the mix: 2³² numbers before it repeats. */
export function randomAt(seed: number, position: number): Random {
  let state = mixBits(mixBits(seed + GOLDEN) ^ mixBits(position) ^ Math.imul(Math.floor(position / UINT32), GOLDEN));
  const next = (): number => {
    state = (state + GOLDEN) | 0;
    return mixBits(state) / UINT32;
  };
  return { next, below: (count) => Math.floor(next() * count) };
}

/** A choice by weight in O(log n); `u` is uniform in [0, 1). */
export interface WeightedChoice<T> {
  readonly totalWeight: number;
  pick(u: number): T;
}

export function weightedChoice<T>(items: readonly T[], weightOf: (item: T) => number): WeightedChoice<T> {
  if (items.length === 0) throw new Error("a weighted choice needs at least one item");
  const upTo = new Float64Array(items.length);
  let totalWeight = 0;
  for (const [i, item] of items.entries()) {
    totalWeight += weightOf(item);
    upTo[i] = totalWeight;
  }
  const pick = (u: number): T => {
    const target = u * totalWeight;
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (upTo[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return items[low]!;
  };
  return { totalWeight, pick };
}
