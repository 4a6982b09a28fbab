import type { CandidateVerdict } from "../decision/explanation.ts";
import { type Standing, effectiveCredit, utilisation } from "./choose.ts";
import type { Fill } from "./ledger-state.ts";
import type { CandidateList, RepGrant } from "./reservation.ts";

type Reason = Pick<CandidateVerdict, "verdict" | "gap">;

/** Why the candidate at `index` got the lead or did not, where the one at `chosen` did; -1 if none had room. */
export function explainCandidate(standing: Standing, index: number, chosen: number): CandidateVerdict {
  const { list, shortages } = standing;
  const { grant, fit } = list.candidates[index]!;
  const { repIndex } = grant;
  if (index === chosen) return { repIndex, verdict: "chosen", fit, gap: 0 };
  const shortage = shortages[index] ?? null;
  if (shortage !== null) return { repIndex, verdict: shortage.limit, fit, gap: shortage.gap };
  const { verdict, gap } = whyBehind(standing, index, chosen);
  return { repIndex, verdict, fit, gap };
}

/** The first criterion of the strategy by which a candidate with room lost. */
function whyBehind(standing: Standing, index: number, chosen: number): Reason {
  const { list, fills, floor, bound } = standing;
  const credit = effectiveCredit(fills[index]!, floor);
  if (credit > bound) return { verdict: "beyond_fairness_bound", gap: thousandths(credit - bound) };
  const reason = byStrategy(list, fills, index, chosen);
  if (reason !== null) return reason;
  const creditGap = credit - effectiveCredit(fills[chosen]!, floor);
  if (list.strategy !== "round_robin" && creditGap > 0)
    return { verdict: "more_credit_used", gap: thousandths(creditGap) };
  if (list.strategy === "weighted" && lighter(list, index, chosen)) return { verdict: "more_credit_used", gap: 0 };
  const turns = fills[index]!.turn - fills[chosen]!.turn;
  return turns > 0 ? { verdict: "served_more_recently", gap: turns } : { verdict: "higher_id", gap: 0 };
}

function byStrategy(
  { strategy, candidates }: CandidateList,
  fills: readonly Readonly<Fill>[],
  index: number,
  chosen: number,
): Reason | null {
  const [loser, winner] = [candidates[index]!, candidates[chosen]!];
  if (strategy === "best_fit" || strategy === "fair_fit") {
    return loser.fit < winner.fit ? { verdict: "lower_fit", gap: winner.fit - loser.fit } : null;
  }
  if (strategy !== "least_loaded") return null;
  const more = utilisation(loser.grant, fills[index]!) - utilisation(winner.grant, fills[chosen]!);
  return more > 0 ? { verdict: "more_loaded", gap: thousandths(more * capacityUnits(loser.grant)) } : null;
}

/** Of something that is more than nothing, so at least one. */
const thousandths = (units: number): number => Math.min(Math.max(1, Math.round(units * 1000)), Number.MAX_SAFE_INTEGER);

/** Lead units, or slots where the load is unlimited. */
const capacityUnits = (grant: RepGrant): number =>
  grant.loadMilli === Infinity ? grant.privatePool : grant.loadMilli / 1000;

/** B2: at equal virtual time the larger weight goes first. */
const lighter = ({ candidates }: CandidateList, index: number, chosen: number): boolean =>
  candidates[index]!.grant.fairnessWeight < candidates[chosen]!.grant.fairnessWeight;
