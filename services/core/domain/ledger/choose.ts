import type { Fills } from "./fills.ts";
import type { CandidateList } from "./reservation.ts";
import type { Shortage } from "./room.ts";

/** How things stand for the candidates of one list and one lead; `places` and `shortages` are in their order. */
export interface Standing {
  readonly list: CandidateList;
  readonly fills: Fills;
  readonly places: readonly number[];
  /** The node's floor: nobody's virtual time counts as less. */
  readonly floor: number;
  /** What keeps each from taking the lead; null for those who may. */
  readonly shortages: readonly (Shortage | null)[];
  /** fair_fit: how far a better fitting rep may run ahead of the least served one with room. Else Infinity. */
  readonly bound: number;
}

/**
 * A newcomer or returner starts at the floor: absence is neither a debt that colleagues have to pay back nor a hole
 * that a flood of leads has to fill.
 */
export const effectiveCredit = ({ fills, places, floor }: Standing, index: number): number =>
  Math.max(fills.credit(places[index]!), floor);

/** When the candidate was last charged for a lead. */
export const lastTurn = ({ fills, places }: Standing, index: number): number => fills.turn(places[index]!);

/** Share of a candidate's capacity in use; the private pool stands in for an unlimited load. */
export function utilisation({ list, fills, places }: Standing, index: number): number {
  const { loadMilli, privatePool } = list.candidates[index]!.grant;
  const place = places[index]!;
  const [used, capacity] =
    loadMilli === Infinity ? [fills.held(place), privatePool] : [fills.loadMilli(place), loadMilli];
  return capacity > 0 ? used / capacity : 0;
}

const knownOrders = new WeakMap<CandidateList, readonly number[]>();

/** Indexes of the candidates in the order in which they are asked: by falling fit, those of equal fit by rep id. */
export function byFit(list: CandidateList): readonly number[] {
  let order = knownOrders.get(list);
  if (order === undefined) {
    const { candidates } = list;
    order = [...candidates.keys()].sort((a, b) => candidates[b]!.fit - candidates[a]!.fit);
    knownOrders.set(list, order);
  }
  return order;
}

export const isByFit = ({ strategy }: CandidateList): boolean => strategy === "fair_fit" || strategy === "best_fit";

/** The index of the candidate who gets the lead, or -1 if none has room. */
export function choose(standing: Standing): number {
  return isByFit(standing.list) ? fittest(standing) : first(standing);
}

/** Of those with the highest fit that anybody may still run ahead with. */
function fittest(standing: Standing): number {
  const { list, shortages, bound } = standing;
  let best = -1;
  for (const index of byFit(list)) {
    if (best >= 0 && list.candidates[index]!.fit < list.candidates[best]!.fit) break;
    if (shortages[index] !== null || effectiveCredit(standing, index) > bound) continue;
    if (best < 0 || compare(standing, index, best) < 0) best = index;
  }
  return best;
}

function first(standing: Standing): number {
  let best = -1;
  for (let index = 0; index < standing.places.length; index += 1) {
    if (standing.shortages[index] !== null) continue;
    if (best < 0 || compare(standing, index, best) < 0) best = index;
  }
  return best;
}

/** Negative if candidate `a` goes first. At 0 the smaller rep id does, and it comes first in the list. */
function compare(standing: Standing, a: number, b: number): number {
  const { list } = standing;
  const ahead = effectiveCredit(standing, a) - effectiveCredit(standing, b);
  const later = lastTurn(standing, a) - lastTurn(standing, b);
  const [one, other] = [list.candidates[a]!, list.candidates[b]!];
  switch (list.strategy) {
    case "best_fit":
    case "fair_fit":
      return other.fit - one.fit || ahead || later;
    case "weighted":
      return ahead || other.grant.fairnessWeight - one.grant.fairnessWeight || later;
    case "round_robin":
      return later;
    case "least_loaded":
      return utilisation(standing, a) - utilisation(standing, b) || ahead || later;
  }
}
