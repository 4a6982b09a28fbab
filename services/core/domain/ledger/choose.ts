import type { Fill } from "./ledger-state.ts";
import type { CandidateList, RepGrant } from "./reservation.ts";
import type { Shortage } from "./room.ts";

/** How things stand for the candidates of one list and one lead; `fills` and `shortages` are in their order. */
export interface Standing {
  readonly list: CandidateList;
  readonly fills: readonly Readonly<Fill>[];
  /** The node's floor: nobody's virtual time counts as less. */
  readonly floor: number;
  /** What keeps each from taking the lead; null for those who may. */
  readonly shortages: readonly (Shortage | null)[];
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

/** The index of the candidate who gets the lead, or -1 if none has room. */
export function choose(standing: Standing): number {
  const { list, fills, shortages } = standing;
  const bound = list.strategy === "fair_fit" ? creditBound(standing) : Infinity;
  let best = -1;
  for (let index = 0; index < fills.length; index += 1) {
    if (shortages[index] !== null || effectiveCredit(fills[index]!, standing.floor) > bound) continue;
    if (best < 0 || compare(standing, index, best) < 0) best = index;
  }
  return best;
}

/** fair_fit: how far a better fitting rep may run ahead of the least served one with room. */
export function creditBound({ list, fills, floor, shortages }: Standing): number {
  let least = Infinity;
  for (let index = 0; index < fills.length; index += 1) {
    if (shortages[index] === null) least = Math.min(least, effectiveCredit(fills[index]!, floor));
  }
  return least + list.fairnessBound;
}

/** Negative if candidate `a` goes first. At 0 the smaller rep id does, and it comes first in the list. */
function compare({ list, fills, floor }: Standing, a: number, b: number): number {
  const [first, second] = [list.candidates[a]!, list.candidates[b]!];
  const ahead = effectiveCredit(fills[a]!, floor) - effectiveCredit(fills[b]!, floor);
  const later = fills[a]!.turn - fills[b]!.turn;
  switch (list.strategy) {
    case "best_fit":
    case "fair_fit":
      return second.fit - first.fit || ahead || later;
    case "weighted":
      return ahead || second.grant.fairnessWeight - first.grant.fairnessWeight || later;
    case "round_robin":
      return later;
    case "least_loaded":
      return utilisation(first.grant, fills[a]!) - utilisation(second.grant, fills[b]!) || ahead || later;
  }
}
