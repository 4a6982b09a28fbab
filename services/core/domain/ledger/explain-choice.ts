import type { CandidateVerdict } from "../decision/explanation.ts";
import { type Standing, creditBound, effectiveCredit, utilisation } from "./choose.ts";
import type { Fill } from "./ledger-state.ts";
import type { CandidateList, RepGrant } from "./reservation.ts";
import { type Demand, shortageOf } from "./room.ts";

type Reason = Pick<CandidateVerdict, "verdict" | "gap">;

/** Why the candidate at `chosen` and no other; -1 if none had room. Ends with the reps that a hard filter stopped. */
export function explainChoice(standing: Standing, demand: Demand, chosen: number): CandidateVerdict[] {
  const { list, fills, count } = standing;
  const bound = chosen >= 0 && list.strategy === "fair_fit" ? creditBound(standing, demand) : Infinity;
  const verdicts: CandidateVerdict[] = [];
  for (let index = 0; index < fills.length; index += 1) {
    const { grant, fit } = list.candidates[index]!;
    if (index === chosen) {
      verdicts.push({ repId: grant.repId, verdict: "chosen", fit, gap: 0 });
      continue;
    }
    const shortage = shortageOf(grant, fills[index]!, demand, count);
    const reason =
      shortage === null ? whyBehind(standing, index, chosen, bound) : { verdict: shortage.limit, gap: shortage.gap };
    verdicts.push({ repId: grant.repId, verdict: reason.verdict, fit, gap: reason.gap });
  }
  return [...verdicts, ...list.filtered];
}

/** For a list behind the one that placed the lead. */
export function explainNotReached(list: CandidateList): CandidateVerdict[] {
  const verdicts = list.candidates.map(({ grant, fit }): CandidateVerdict => ({
    repId: grant.repId,
    verdict: "step_not_reached",
    fit,
    gap: 0,
  }));
  return [...verdicts, ...list.filtered];
}

/** The first criterion of the strategy by which a candidate with room lost. */
function whyBehind(standing: Standing, index: number, chosen: number, bound: number): Reason {
  const { list, fills, floor } = standing;
  const credit = effectiveCredit(fills[index]!, floor);
  if (credit > bound) return { verdict: "beyond_fairness_bound", gap: credit - bound };
  const reason = byStrategy(list, fills, index, chosen);
  if (reason !== null) return reason;
  const creditGap = credit - effectiveCredit(fills[chosen]!, floor);
  if (list.strategy !== "round_robin" && creditGap > 0) return { verdict: "more_credit_used", gap: creditGap };
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
  return more > 0 ? { verdict: "more_loaded", gap: more * capacityUnits(loser.grant) } : null;
}

/** Lead units, or slots where the load is unlimited. */
const capacityUnits = (grant: RepGrant): number =>
  grant.loadMilli === Infinity ? grant.privatePool : grant.loadMilli / 1000;

/** B2: at equal virtual time the larger weight goes first. */
const lighter = ({ candidates }: CandidateList, index: number, chosen: number): boolean =>
  candidates[index]!.grant.fairnessWeight < candidates[chosen]!.grant.fairnessWeight;
