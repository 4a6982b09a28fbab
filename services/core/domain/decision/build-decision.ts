import type { ReserveResult } from "../ledger/reservation.ts";
import type { MatchedLead } from "../matching/match-lead.ts";
import { decisionId } from "./decision-id.ts";
import type { Explanation } from "./explanation.ts";
import type { Decision } from "./log-record.ts";

/**
 * The record for what the ledger answered, or null when none is due: the lead is past this cycle, or nothing changed.
 *
 * A replayed result carries the way, plan version, time and charge of the attempt that made it, so that the record is the
 * same whichever attempt's append lands first. Only the explanation is then lost.
 *
 * @param matched under the plan version of the result
 */
export function buildDecision(matched: MatchedLead, result: ReserveResult, epoch: number): Decision | null {
  if (result.kind !== "decided") return null;
  const { facts, placement, segment, item } = matched;
  return {
    type: "decision",
    tenantId: facts.tenantId,
    leadId: facts.leadId,
    cycle: item.cycle,
    atMs: result.atMs,
    operator: "router",
    decisionId: decisionId(facts.tenantId, facts.leadId, item.cycle),
    epoch,
    outcome: result.outcome,
    via: result.via,
    planVersion: result.planVersion,
    nodeId: placement.nodeId ?? "",
    territoryId: placement.territoryId,
    territoryRule: placement.rule,
    segment: segment?.name ?? "",
    charge: result.charge,
    dueAtMs: null,
    facts,
    explanation: explanationOf(result),
  };
}

/** Null for a repetition, which no longer knows the candidates. */
export function explanationOf(result: Extract<ReserveResult, { kind: "decided" }>): Explanation | null {
  const { replayed, step, verdicts: candidates, counted } = result;
  return replayed ? null : { step, candidates, counted };
}
