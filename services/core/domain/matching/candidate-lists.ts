import type { CandidateVerdict } from "../decision/explanation.ts";
import type { LeadFacts } from "../lead/lead.ts";
import type { Candidate, CandidateList, RepGrant } from "../ledger/reservation.ts";
import type { CompiledRep } from "../plan/compiled-plan.ts";
import { presenceOf } from "../rep/presence.ts";
import { fitOf, hardFilter, HIGH_VALUE_SCORE } from "./eligibility.ts";
import type { Step } from "./policy.ts";

/** Reps of one group of teams as they are from now to `untilMs`. */
export interface Roster {
  readonly groupId: string;
  readonly untilMs: number;
  readonly fromMs: number;
  /** Sorted by rep id. */
  readonly present: readonly CompiledRep[];
  readonly presentGrants: readonly RepGrant[];
  /** Verdicts of those who take nothing now. */
  readonly away: readonly CandidateVerdict[];
  /** Candidate lists by profile, filled as leads come. */
  readonly lists: Map<string, readonly CandidateList[]>;
}

/** Sorts the reps of a group into present and away. @param reps sorted by rep id */
export function callRoster(groupId: string, reps: readonly CompiledRep[], atMs: number): Roster {
  const present: CompiledRep[] = [];
  const away: CandidateVerdict[] = [];
  let untilMs = Number.POSITIVE_INFINITY;
  for (const compiled of reps) {
    const presence = presenceOf(compiled.rep, atMs);
    untilMs = Math.min(untilMs, presence.untilMs);
    if (presence.state === "present") present.push(compiled);
    else away.push({ repIndex: compiled.routeGrant.repIndex, verdict: presence.state, fit: 0, gap: 0 });
  }
  const presentGrants = present.map(({ routeGrant }) => routeGrant);
  return { groupId, fromMs: atMs, untilMs, present, presentGrants, away, lists: new Map() };
}

/** The candidates of one step among a roster, with the reasons of those who are not. */
export function candidateList(roster: Roster, step: Step, facts: LeadFacts): CandidateList {
  const candidates: Candidate[] = [];
  const filtered: CandidateVerdict[] = [...roster.away];
  for (const { rep, routeGrant } of roster.present) {
    const stopped = hardFilter(rep, step, facts);
    if (stopped === null) candidates.push({ grant: routeGrant, fit: fitOf(rep, step, facts) });
    else filtered.push({ repIndex: routeGrant.repIndex, ...stopped, fit: 0 });
  }
  return {
    nodeId: roster.groupId,
    candidates,
    present: roster.presentGrants,
    strategy: step.strategy,
    fairnessBound: step.fairnessBound,
    filtered,
  };
}

/** Everything of a lead that `candidateList` looks at, so that leads with equal profiles share their lists. */
export function profileOf(facts: LeadFacts): string {
  return `${facts.product}\u001f${facts.language}\u001f${facts.score >= HIGH_VALUE_SCORE ? 1 : 0}`;
}

/** The list without some reps, who are explained as excluded. */
export function withoutReps(list: CandidateList, excludedRepIds: readonly string[]): CandidateList {
  const isExcluded = ({ grant }: Candidate): boolean => excludedRepIds.includes(grant.repId);
  const excluded = list.candidates.filter(isExcluded);
  if (excluded.length === 0) return list;
  return {
    ...list,
    candidates: list.candidates.filter((candidate) => !isExcluded(candidate)),
    filtered: [
      ...list.filtered,
      ...excluded.map(({ grant }): CandidateVerdict => ({
        repIndex: grant.repIndex,
        verdict: "excluded",
        fit: 0,
        gap: 0,
      })),
    ],
  };
}
