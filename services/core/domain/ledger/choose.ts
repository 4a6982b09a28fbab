import type { Fill } from "./ledger-state.ts";
import type { CandidateList, RepGrant } from "./reservation.ts";
import type { Shortage } from "./room.ts";

/** How things stand for the candidates of one list and one lead; `fills` and `shortages` are in their order. */
export interface Standing {
  readonly list: CandidateList;
  readonly fills: readonly Fill[];
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
export const effectiveCredit = (fill: Readonly<Fill>, floor: number): number => Math.max(fill.credit, floor);

/** Share of a rep's capacity in use; the private pool stands in for an unlimited load. */
export function utilisation(grant: RepGrant, fill: Readonly<Fill>): number {
  const [used, capacity] =
    grant.loadMilli === Infinity ? [fill.held, grant.privatePool] : [fill.loadMilli, grant.loadMilli];
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
  const { list, fills, shortages, bound, floor } = standing;
  let best = -1;
  for (const index of byFit(list)) {
    if (best >= 0 && list.candidates[index]!.fit < list.candidates[best]!.fit) break;
    if (shortages[index] !== null || effectiveCredit(fills[index]!, floor) > bound) continue;
    if (best < 0 || compare(standing, index, best) < 0) best = index;
  }
  return best;
}

function first(standing: Standing): number {
  let best = -1;
  for (let index = 0; index < standing.fills.length; index += 1) {
    if (standing.shortages[index] !== null) continue;
    if (best < 0 || compare(standing, index, best) < 0) best = index;
  }
  return best;
}

/** Negative if candidate `a` goes first. At 0 the smaller rep id does, and it comes first in the list. */
function compare({ list, fills, floor }: Standing, a: number, b: number): number {
  const ahead = effectiveCredit(fills[a]!, floor) - effectiveCredit(fills[b]!, floor);
  const later = fills[a]!.turn - fills[b]!.turn;
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
      return utilisation(one.grant, fills[a]!) - utilisation(other.grant, fills[b]!) || ahead || later;
  }
}
