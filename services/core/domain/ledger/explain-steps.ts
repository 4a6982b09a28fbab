import type { CandidateVerdict, Verdict, VerdictCount } from "../decision/explanation.ts";
import { byFit } from "./choose.ts";
import type { CandidateList } from "./reservation.ts";

/** Up to so many reps are explained one by one. */
const ALL_NAMED = 200;
/** Of more, so many of each list, those who fit best, and so many of those whom no list would have had. */
const SOME_NAMED = 20;

/** The candidates of one list that its explanation is about: those whom no later list compared. */
export interface Comparison {
  readonly step: number;
  /** Of the candidates of the list of that step: who is named, and who is only counted unless he was chosen. */
  readonly named: readonly number[];
  readonly counted: readonly number[];
}

/** Who is explained by what, so that every rep is explained once: by the last list that would have had him. */
export interface Explained {
  /** The lists that were tried, the last one first. */
  readonly compared: readonly Comparison[];
  /** Reps whom none of them would have had: those a hard filter stopped, and those of the lists not reached. */
  readonly others: readonly CandidateVerdict[];
  readonly othersCounted: readonly VerdictCount[];
}

const known = new WeakMap<readonly CandidateList[], Map<number, Explained>>();

/**
 * It depends on the lists alone, which leads of one profile share.
 *
 * @param step that placed the lead, or -1 if all were tried in vain
 */
export function explainedBy(lists: readonly CandidateList[], step: number): Explained {
  let bySteps = known.get(lists);
  if (bySteps === undefined) known.set(lists, (bySteps = new Map()));
  let explained = bySteps.get(step);
  if (explained === undefined) bySteps.set(step, (explained = shareOut(lists, step)));
  return explained;
}

function shareOut(lists: readonly CandidateList[], step: number): Explained {
  const seen = new Set<number>();
  const isNew = (repIndex: number): boolean => seen.size < seen.add(repIndex).size;
  const tried = step < 0 ? lists : lists.slice(0, step + 1);
  const lastFirst = tried.map((list, index) => ({ step: index, list })).toReversed();
  const indexes = lastFirst.map(({ list }) => newCandidates(list, isNew));
  const verdicts = [
    ...lastFirst.flatMap(({ list }) => list.filtered),
    ...lists.slice(tried.length).flatMap((list) => [...notReached(list), ...list.filtered]),
  ].filter(({ repIndex }) => isNew(repIndex));
  const isWhole = seen.size <= ALL_NAMED;
  const compared = lastFirst.map(({ step: index, list }, place) => {
    const all = indexes[place]!;
    return isWhole ? { step: index, named: all, counted: [] } : { step: index, ...bestFitting(list, all) };
  });
  const namedOthers = isWhole ? verdicts.length : SOME_NAMED;
  return {
    compared,
    others: verdicts.slice(0, namedOthers),
    othersCounted: countVerdicts(verdicts.slice(namedOthers).map(({ verdict }) => verdict)),
  };
}

function bestFitting(list: CandidateList, indexes: readonly number[]): Pick<Comparison, "named" | "counted"> {
  const own = new Set(indexes);
  const best = new Set(
    byFit(list)
      .filter((index) => own.has(index))
      .slice(0, SOME_NAMED),
  );
  return { named: indexes.filter((index) => best.has(index)), counted: indexes.filter((index) => !best.has(index)) };
}

/** In the order of their first mention. */
function countVerdicts(verdicts: readonly Verdict[]): readonly VerdictCount[] {
  const counts = new Map<Verdict, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return Array.from(counts, ([verdict, count]) => ({ verdict, count }));
}

function newCandidates({ candidates }: CandidateList, isNew: (repIndex: number) => boolean): readonly number[] {
  return candidates.flatMap(({ grant }, index) => (isNew(grant.repIndex) ? [index] : []));
}

function notReached({ candidates }: CandidateList): readonly CandidateVerdict[] {
  return candidates.map(({ grant, fit }) => ({ repIndex: grant.repIndex, verdict: "step_not_reached", fit, gap: 0 }));
}
