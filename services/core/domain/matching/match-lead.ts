import { REOPENED } from "../decision/fold.ts";
import type { CandidateList, Otherwise, ReserveItem } from "../ledger/reservation.ts";
import type { LeadFacts, LeadRequest } from "../lead/lead.ts";
import type { CompiledPlan, Placement } from "../plan/compiled-plan.ts";
import { scoreLead } from "../scoring/score-lead.ts";
import type { Segment } from "./policy.ts";

/** A lead with everything decided that needs no ledger: where it belongs and who may take it. */
export interface MatchedLead {
  readonly request: LeadRequest;
  readonly facts: LeadFacts;
  readonly placement: Placement;
  readonly segment: Segment | undefined;
  readonly rerouteReason: string;
  readonly item: ReserveItem;
  /** What was thrown instead of a match; undefined if nothing. */
  readonly failure?: unknown;
}

/** The steward asks again for a parked lead; without capacity it stays as it is, and nothing is written. */
export const PARKED_RETRY = "parked_retry";

const DEFAULT_LOAD_MILLI = 1000;

/**
 * Resolves and matches one lead. Pure: the same request, plan and time give the same item, and the order of a batch
 * does not matter.
 *
 * Never throws. A lead that a defect of ours keeps from being matched is parked with the failure: people see it where it
 * waits, it is tried again like all that wait, and it holds up no other lead of its partition.
 */
export function matchLead(plan: CompiledPlan, request: LeadRequest, atMs: number): MatchedLead {
  try {
    return match(plan, request, atMs);
  } catch (failure) {
    const { facts, rerouteReason } = request;
    const otherwise: Otherwise = isRetry(request) ? { kind: "refuse" } : { kind: "parked", reason: "match_failed" };
    const item = itemOf(plan, request, { segment: undefined, lists: [], otherwise });
    return { request, facts, placement: NOT_PLACED, segment: undefined, rerouteReason, item, failure };
  }
}

function match(plan: CompiledPlan, request: LeadRequest, atMs: number): MatchedLead {
  const facts: LeadFacts = { ...request.facts, score: scoreLead(plan.plan.scoreRules, request.facts) };
  const placement = request.rejectedReason === "" ? plan.place(facts) : NOT_PLACED;
  const { nodeId } = placement;
  const segment = nodeId === null ? undefined : plan.segment(nodeId, facts);
  const lists =
    nodeId === null || segment === undefined
      ? []
      : plan.candidateLists({ nodeId, segment, facts, atMs, excludedRepIds: request.excludedRepIds });
  const item = itemOf(plan, request, {
    segment,
    lists,
    otherwise: otherwise(plan, request, { nodeId, segment, lists }),
  });
  return { request, facts, placement, segment, rerouteReason: request.rerouteReason, item };
}

type Found = Pick<ReserveItem, "lists" | "otherwise"> & Pick<Routed, "segment">;

function itemOf(plan: CompiledPlan, request: LeadRequest, { segment, lists, otherwise }: Found): ReserveItem {
  const { facts, cycle } = request;
  const isNew = bringsIdentity(request);
  return {
    leadId: facts.leadId,
    cycle,
    identityKeys: isNew ? facts.identityKeys : [],
    loadMilli: segment?.loadMilli ?? DEFAULT_LOAD_MILLI,
    channel: facts.source.channel,
    via: isNew ? "routed" : "rerouted",
    planVersion: plan.version,
    lists,
    otherwise,
    transferFromRepId: null,
  };
}

/**
 * A customer is recognised when a lead comes, for the first time or again after its end: the keys are then the lead's
 * until it is closed. Meanwhile the customer may have come as another lead, of which the reopened one is a duplicate.
 */
const bringsIdentity = ({ cycle, rerouteReason }: LeadRequest): boolean =>
  cycle === 1 || rerouteReason.startsWith(REOPENED);

const isRetry = ({ rerouteReason }: LeadRequest): boolean => rerouteReason === PARKED_RETRY;

const NOT_PLACED: Placement = { nodeId: null, territoryId: "", rule: "none" };

interface Routed {
  readonly nodeId: string | null;
  readonly segment: Segment | undefined;
  readonly lists: readonly CandidateList[];
}

function otherwise(plan: CompiledPlan, request: LeadRequest, { nodeId, segment, lists }: Routed): Otherwise {
  if (request.rejectedReason !== "") return { kind: "rejected", reason: request.rejectedReason };
  if (isRetry(request)) return { kind: "refuse" };
  if (nodeId === null) return { kind: "parked", reason: "no_territory" };
  if (segment === undefined) return { kind: "parked", reason: "manual" };
  if (segment.fallback.kind === "public") {
    const pool = segment.fallback.poolId === null ? plan.poolOfNode(nodeId) : plan.pool(segment.fallback.poolId);
    if (pool?.enabled === true) return { kind: "public", poolId: pool.poolId };
  }
  const anybody = lists.some(({ candidates }) => candidates.length > 0);
  return { kind: "parked", reason: anybody ? "no_capacity" : "no_candidate" };
}

/**
 * Who chooses first when capacity is scarce: leads that wait already, oldest first; then the highest score (D7); then
 * the earliest capture; then the id, so that the order is total.
 */
export function byPriority(a: MatchedLead, b: MatchedLead): number {
  const waiting = Number(b.rerouteReason !== "") - Number(a.rerouteReason !== "");
  if (waiting !== 0) return waiting;
  const score = a.rerouteReason === "" ? b.facts.score - a.facts.score : 0;
  return score || a.facts.capturedAtMs - b.facts.capturedAtMs || (a.facts.leadId < b.facts.leadId ? -1 : 1);
}
