/** Places one behind the other. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

export function stretchesOf(places: readonly number[]): readonly Stretch[] {
  const stretches: { first: number; count: number }[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && place === last.first + last.count) last.count += 1;
    else stretches.push({ first: place, count: 1 });
  }
  return stretches;
}
