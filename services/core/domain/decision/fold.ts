import type { Closure, Decision, FollowUp, LeadRecord, Outcome, Release, Reopening } from "./log-record.ts";
import type { LeadState, LeadStatus } from "./lead-state.ts";

/**
 * What a record of the log means, given what came before it in its partition.
 * - `effective`: it changed the lead.
 * - `void`: a decision of a lost epoch, behind the barrier that ended it (V1).
 * - `duplicate`: the lead has had a decision for this cycle, with the same outcome (V2).
 * - `conflict`: the same, with another outcome. Never happens while the protocol holds: counted and paged.
 * - `stale`: its basis has passed, as a release of a lead that was released already. Log order arbitrates.
 */
export type RecordVerdict = "effective" | "void" | "duplicate" | "conflict" | "stale";

export interface Folded {
  readonly verdict: RecordVerdict;
  readonly state: LeadState | undefined;
}

/** Statuses from which the router or a claim may open the next cycle. */
const OPEN_TO_DECISION: ReadonlySet<LeadStatus> = new Set(["parked", "public", "released"]);
const ENDED_WITH_RESULT: ReadonlySet<LeadStatus> = new Set(["converted", "closed", "nurture"]);
/** Statuses from which people bring a lead back. A dead one was given up because of a defect, which may have been mended. */
export const OPEN_TO_REOPENING: ReadonlySet<LeadStatus> = new Set([...ENDED_WITH_RESULT, "dead"]);

/**
 * The meaning of the log for one lead. Everything else in Fairlead (ledger, store, verification, simulation) is this
 * function applied.
 *
 * @param barrierEpoch highest barrier seen before this record in its partition
 */
export function foldLead(state: LeadState | undefined, record: LeadRecord, barrierEpoch: number): Folded {
  if (record.type === "decision") return foldDecision(state, record, barrierEpoch);
  // Everything but a decision speaks about the cycle that is current, or about nothing.
  if (state === undefined || state.cycle !== record.cycle) return stale(state);
  switch (record.type) {
    case "release":
      return state.status === "owned" ? effective(released(state, record)) : stale(state);
    case "closure":
      return canClose(state.status) ? effective(closed(state, record)) : stale(state);
    case "reopening":
      return OPEN_TO_REOPENING.has(state.status) ? effective(reopened(state, record)) : stale(state);
    case "follow_up":
      return isBy(state, record.repId) ? effective(followedUp(state, record)) : stale(state);
  }
}

const effective = (state: LeadState): Folded => ({ verdict: "effective", state });
const stale = (state: LeadState | undefined): Folded => ({ verdict: "stale", state });
const isBy = ({ status, repId }: LeadState, actorId: string): boolean => status === "owned" && repId === actorId;
const canClose = (status: LeadStatus): boolean => status === "owned" || OPEN_TO_DECISION.has(status);

function foldDecision(state: LeadState | undefined, decision: Decision, barrierEpoch: number): Folded {
  if (decision.epoch < barrierEpoch) return { verdict: "void", state };
  const current = state?.cycle ?? 0;
  if (decision.cycle <= current) return { verdict: repeats(state, decision), state };
  // The lead was closed between the reservation and this append: log order arbitrates, and nothing was broken.
  if (state !== undefined && ENDED_WITH_RESULT.has(state.status)) return stale(state);
  const mayOpen = state === undefined || OPEN_TO_DECISION.has(state.status);
  if (!mayOpen || decision.cycle !== current + 1) return { verdict: "conflict", state };
  return effective(decided(state, decision));
}

/** A repetition of an older cycle can't be compared any more; only the current one can conflict. */
function repeats(state: LeadState | undefined, decision: Decision): RecordVerdict {
  if (state === undefined || decision.cycle < state.cycle) return "duplicate";
  if (state.decided === UNDECIDED) return "stale";
  return state.decided === outcomeKey(decision.outcome) ? "duplicate" : "conflict";
}

/** One string per outcome, equal exactly if the outcomes are. */
export function outcomeKey(outcome: Outcome): string {
  switch (outcome.kind) {
    case "assigned":
      return `assigned ${outcome.repId}`;
    case "parked":
      // The reason is left out: a redelivered lead may be parked again for another reason, and nothing differs.
      return "parked";
    case "public":
      return `public ${outcome.poolId}`;
    case "duplicate":
      return `duplicate ${outcome.ofLeadId}`;
    case "rejected":
      return "rejected";
    case "dead":
      return "dead";
  }
}

const STATUS_OF = {
  assigned: "owned",
  parked: "parked",
  public: "public",
  duplicate: "duplicate",
  rejected: "rejected",
  dead: "dead",
} as const satisfies Record<Outcome["kind"], LeadStatus>;

function decided(before: LeadState | undefined, decision: Decision): LeadState {
  const { outcome } = decision;
  return {
    tenantId: decision.tenantId,
    leadId: decision.leadId,
    cycle: decision.cycle,
    status: STATUS_OF[outcome.kind],
    repId: outcome.kind === "assigned" ? outcome.repId : null,
    nodeId: decision.nodeId,
    territoryId: decision.territoryId,
    territoryRule: decision.territoryRule,
    segment: decision.segment,
    poolId: outcome.kind === "public" ? outcome.poolId : null,
    decisionId: decision.decisionId,
    planVersion: decision.planVersion,
    reason: "reason" in outcome ? outcome.reason : "",
    duplicateOf: outcome.kind === "duplicate" ? outcome.ofLeadId : null,
    loadMilli: decision.charge.loadMilli,
    sinceMs: decision.atMs,
    lastFollowUpAtMs: null,
    dueAtMs: decision.dueAtMs,
    formerOwners: before?.formerOwners ?? [],
    decided: outcomeKey(outcome),
    facts: before?.facts ?? decision.facts,
  };
}

/** How many former owners a lead remembers; far beyond any sane relay, and it bounds the row. */
const FORMER_OWNERS_KEPT = 50;

function leaveOwner(state: LeadState, repId: string, atMs: number): LeadState["formerOwners"] {
  return [...state.formerOwners, { repId, releasedAtMs: atMs }].slice(-FORMER_OWNERS_KEPT);
}

function released(state: LeadState, release: Release): LeadState {
  return {
    ...state,
    status: release.to.kind === "public" ? "public" : "released",
    repId: null,
    poolId: release.to.kind === "public" ? release.to.poolId : null,
    reason: release.reason,
    loadMilli: 0,
    sinceMs: release.atMs,
    lastFollowUpAtMs: null,
    dueAtMs: null,
    formerOwners: leaveOwner(state, release.repId, release.atMs),
  };
}

function closed(state: LeadState, closure: Closure): LeadState {
  return {
    ...state,
    status: closure.result,
    poolId: null,
    reason: closure.reason,
    loadMilli: 0,
    sinceMs: closure.atMs,
    dueAtMs: null,
  };
}

/** In place of an outcome: a reopening opened the cycle, and no decision of it counts. */
const UNDECIDED = "";

/** Begins the reason of a lead that came back by itself, to tell it from one that its owner sent back. */
export const REOPENED = "reopened: ";

function reopened(state: LeadState, reopening: Reopening): LeadState {
  return {
    ...state,
    cycle: state.cycle + 1,
    decided: UNDECIDED,
    status: "released",
    repId: null,
    reason: `${REOPENED}${reopening.reason}`,
    sinceMs: reopening.atMs,
    formerOwners: state.repId === null ? state.formerOwners : leaveOwner(state, state.repId, state.sinceMs),
  };
}

function followedUp(state: LeadState, followUp: FollowUp): LeadState {
  return { ...state, lastFollowUpAtMs: followUp.atMs, dueAtMs: followUp.dueAtMs };
}
