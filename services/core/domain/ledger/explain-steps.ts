import type { CandidateVerdict } from "../decision/explanation.ts";
import type { CandidateList } from "./reservation.ts";

/** The candidates of one list that its explanation is about: those whom no later list compared. */
export interface Comparison {
  readonly step: number;
  /** Of the candidates of the list of that step. */
  readonly indexes: readonly number[];
}

/** Who is explained by what, so that every rep is explained once: by the last list that would have had him. */
export interface Explained {
  /** The lists that were tried, the last one first. */
  readonly compared: readonly Comparison[];
  /** Reps whom none of them would have had: those a hard filter stopped, and those of the lists not reached. */
  readonly others: readonly CandidateVerdict[];
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
  const compared = lastFirst.map(({ step: index, list }) => ({ step: index, indexes: newCandidates(list, isNew) }));
  const others = [
    ...lastFirst.flatMap(({ list }) => list.filtered),
    ...lists.slice(tried.length).flatMap((list) => [...notReached(list), ...list.filtered]),
  ];
  return { compared, others: others.filter(({ repIndex }) => isNew(repIndex)) };
}

function newCandidates({ candidates }: CandidateList, isNew: (repIndex: number) => boolean): readonly number[] {
  return candidates.flatMap(({ grant }, index) => (isNew(grant.repIndex) ? [index] : []));
}

function notReached({ candidates }: CandidateList): readonly CandidateVerdict[] {
  return candidates.map(({ grant, fit }) => ({ repIndex: grant.repIndex, verdict: "step_not_reached", fit, gap: 0 }));
}
