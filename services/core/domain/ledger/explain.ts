import type { CandidateVerdict, Verdict, VerdictCount } from "../decision/explanation.ts";
import type { Standing } from "./choose.ts";
import { explainCandidate } from "./explain-choice.ts";
import { explainedBy } from "./explain-steps.ts";
import type { ReserveItem, ReserveResult } from "./reservation.ts";

/** Where a lead goes: the step that placed it and the winner's index, or -1 for both. */
export interface Placement {
  readonly step: number;
  readonly winner: number;
  /** Of the lists that were tried, the one that placed the lead last. */
  readonly standings: readonly Standing[];
}

/** What a decision says of the candidates. */
export type Explained = Pick<Extract<ReserveResult, { kind: "decided" }>, "step" | "verdicts" | "counted">;

/** Of a lead for whom no candidate was asked. */
export const UNEXPLAINED: Explained = { step: -1, verdicts: [], counted: [] };

/** Why this rep, and why not each other one; of very many candidates how many each check settled. */
export function explain({ lists }: ReserveItem, { step, winner, standings }: Placement): Explained {
  const { compared, others, othersCounted } = explainedBy(lists, step);
  const verdicts: CandidateVerdict[] = [];
  for (const { step: tried, named, counted } of compared) {
    const standing = standings[tried]!;
    const chosen = tried === step ? winner : -1;
    const isNamed = counted.length === 0 || chosen < 0 || named.includes(chosen);
    if (!isNamed) verdicts.push(explainCandidate(standing, chosen, chosen));
    for (const index of named) verdicts.push(explainCandidate(standing, index, chosen));
  }
  for (const other of others) verdicts.push(other);
  if (compared.every(({ counted }) => counted.length === 0)) return { step, verdicts, counted: othersCounted };
  const counts = new Map(othersCounted.map(({ verdict, count }) => [verdict, count]));
  for (const { step: tried, counted } of compared) {
    addReasons(counts, standings[tried]!, { indexes: counted, chosen: tried === step ? winner : -1 });
  }
  return { step, verdicts, counted: asCounts(counts) };
}

/** The check that settled those at `indexes`: a limit, or that they came behind. */
function addReasons(
  counts: Map<Verdict, number>,
  { shortages }: Standing,
  { indexes, chosen }: { readonly indexes: readonly number[]; readonly chosen: number },
): void {
  let outranked = 0;
  for (const index of indexes) {
    const shortage = shortages[index] ?? null;
    if (shortage !== null) counts.set(shortage.limit, (counts.get(shortage.limit) ?? 0) + 1);
    else if (index !== chosen) outranked += 1;
  }
  if (outranked > 0) counts.set("outranked", outranked);
}

const asCounts = (counts: ReadonlyMap<Verdict, number>): readonly VerdictCount[] =>
  Array.from(counts, ([verdict, count]) => ({ verdict, count }));
