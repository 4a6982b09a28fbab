import type { PackedGrants } from "./packed-list.ts";
import type { GroupPlaces, RepPlaces } from "./rep-places.ts";
import type { Stretch } from "./stretch.ts";

/** So many fills that nobody asked for cost as much as one more call. */
const LARGEST_GAP = 4;

interface NumberedStretch extends Stretch {
  /** One below the number of its first rep. */
  readonly base: number;
}

/** The reps of a batch, numbered from 1 in the order of their places, which are read in as few stretches as pays. */
export class BatchReps {
  readonly places: RepPlaces;
  readonly stretches: readonly NumberedStretch[];
  /** How many stretches at a time hold all reps of a group, or of groups who share some. */
  readonly runs: readonly number[];
  readonly #groups: readonly GroupPlaces[];

  constructor(places: RepPlaces, groups: readonly PackedGrants[]) {
    this.places = places;
    this.#groups = groups.map((group) => places.ofGroup(group));
    this.stretches = joined(this.#groups.flatMap(({ stretches }) => stretches));
    this.runs = this.#joinedRuns();
  }

  numberOf(repId: string): number {
    return this.#numberAt(this.places.placeOf(repId));
  }

  repId(number: number): string {
    const stretch = this.stretches.findLast(({ base }) => base < number)!;
    return this.places.repIds[stretch.first + number - stretch.base - 1]!;
  }

  /** One below the number of the first if the reps of the group are in a row, else all numbers. */
  ofGroup(group: number): number | readonly number[] {
    const { places, isOneStretch } = this.#groups[group - 1]!;
    if (places.length === 0) return 0;
    return isOneStretch ? this.#numberAt(places[0]!) - 1 : places.map((place) => this.#numberAt(place));
  }

  /** The first stretch with reps of the group, from 1; any one if it has none. */
  stretchOf(group: number): number {
    const [first] = this.#groups[group - 1]!.stretches;
    return first === undefined ? 1 : this.#stretchAt(first.first) + 1;
  }

  #joinedRuns(): readonly number[] {
    const reachesTo = this.stretches.map((_, index) => index);
    for (const { stretches } of this.#groups) {
      if (stretches.length <= 1) continue;
      const from = this.#stretchAt(stretches[0]!.first);
      reachesTo[from] = Math.max(reachesTo[from]!, this.#stretchAt(stretches.at(-1)!.first));
    }
    const runs: number[] = [];
    let end = -1;
    reachesTo.forEach((to, index) => {
      if (index > end) runs.push(0);
      runs[runs.length - 1]! += 1;
      end = Math.max(end, to);
    });
    return runs;
  }

  #numberAt(place: number): number {
    const { base, first } = this.stretches[this.#stretchAt(place)]!;
    return base + place - first + 1;
  }

  /** Index of the stretch that has the place. */
  #stretchAt(place: number): number {
    let low = 0;
    let high = this.stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.stretches[middle]!.first <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function joined(stretches: readonly Stretch[]): readonly NumberedStretch[] {
  const all: { first: number; count: number; base: number }[] = [];
  for (const { first, count } of stretches.toSorted((a, b) => a.first - b.first)) {
    const last = all.at(-1);
    if (last !== undefined && first <= last.first + last.count + LARGEST_GAP) {
      last.count = Math.max(last.count, first + count - last.first);
    } else {
      all.push({ first, count, base: last === undefined ? 0 : last.base + last.count });
    }
  }
  return all;
}
