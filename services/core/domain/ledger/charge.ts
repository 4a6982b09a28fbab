import type { LedgerCharge } from "../decision/log-record.ts";
import { type Standing, effectiveCredit } from "./choose.ts";
import type { Demand } from "./room.ts";
import type { Fill } from "./ledger-state.ts";
import { isCharged } from "./via.ts";

/** Reps of a list across teams are no fairness group: it has no floor, and raises none. */
const NO_NODE = "";

/** Outcomes without an owner cost nobody anything. */
export const NO_CHARGE: LedgerCharge = { loadMilli: 0, credit: 0, turn: 0, floor: 0 };

/** What the assignment costs its winner. The new floor is not in it: that is known only after the assignment. */
export function chargeWinner(standing: Standing, demand: Demand, winner: number, turn: number): LedgerCharge {
  const fill = standing.fills[winner]!;
  const { loadMilli } = demand;
  if (!isCharged(demand)) return { loadMilli, credit: fill.credit, turn: turn + 1, floor: standing.floor };
  const { fairnessWeight } = standing.list.candidates[winner]!.grant;
  const credit = effectiveCredit(fill, standing.floor) + loadMilli / 1000 / fairnessWeight;
  return { loadMilli, credit, turn: turn + 1, floor: standing.floor };
}

/** Virtual time and turn only grow, so a fold may meet a rep's charges in any order. */
export function chargeFill(fill: Fill, { credit, turn }: Pick<Fill, "credit" | "turn">): void {
  fill.credit = Math.max(fill.credit, credit);
  fill.turn = Math.max(fill.turn, turn);
}

/**
 * The floor after an assignment: the least virtual time among colleagues who could take one more such lead. Reps who
 * are full or away hold nobody back. It never sinks, so a fold may take the largest it saw, in any order.
 *
 * @param leastColleague Infinity if none of them could
 */
export function nextFloor({ list, floor }: Standing, leastColleague: () => number): number {
  if (list.nodeId === NO_NODE) return floor;
  const least = leastColleague();
  return least === Infinity ? floor : least;
}
