import { LEAD_STATUSES, type FormerOwner, type LeadState } from "../../domain/decision/lead-state.ts";
import { TERRITORY_RULES } from "../../domain/decision/log-record.ts";
import type { LeadFacts } from "../../domain/lead/lead.ts";
import { integer, integerOrNull, json, oneOf, text, textOrNull } from "./row.ts";
import type { Row } from "./session.ts";

/** A row of table `lead`, as upsert-leads.sql reads it. */
export function encodeLead(state: LeadState): Readonly<Record<string, unknown>> {
  const { facts } = state;
  return {
    tenant_id: state.tenantId,
    lead_id: state.leadId,
    cycle: state.cycle,
    status: state.status,
    rep_id: state.repId,
    node_id: state.nodeId,
    territory_id: state.territoryId,
    territory_rule: state.territoryRule,
    segment: state.segment,
    pool_id: state.poolId,
    decision_id: state.decisionId,
    plan_version: state.planVersion,
    reason: state.reason,
    duplicate_of: state.duplicateOf,
    load_milli: state.loadMilli,
    since_ms: state.sinceMs,
    last_follow_up_at_ms: state.lastFollowUpAtMs,
    due_at_ms: state.dueAtMs,
    decided: state.decided,
    captured_at_ms: facts.capturedAtMs,
    // Half a position is none.
    latitude_deg: facts.location.longitudeDeg === null ? null : facts.location.latitudeDeg,
    longitude_deg: facts.location.latitudeDeg === null ? null : facts.location.longitudeDeg,
    former_owners: state.formerOwners,
    facts,
  };
}

export function decodeLead(row: Row): LeadState {
  return {
    tenantId: text(row, "tenant_id"),
    leadId: text(row, "lead_id"),
    cycle: integer(row, "cycle"),
    status: oneOf(row, "status", LEAD_STATUSES),
    repId: textOrNull(row, "rep_id"),
    nodeId: text(row, "node_id"),
    territoryId: text(row, "territory_id"),
    territoryRule: oneOf(row, "territory_rule", TERRITORY_RULES),
    segment: text(row, "segment"),
    poolId: textOrNull(row, "pool_id"),
    decisionId: text(row, "decision_id"),
    planVersion: integer(row, "plan_version"),
    reason: text(row, "reason"),
    duplicateOf: textOrNull(row, "duplicate_of"),
    loadMilli: integer(row, "load_milli"),
    sinceMs: integer(row, "since_ms"),
    lastFollowUpAtMs: integerOrNull(row, "last_follow_up_at_ms"),
    dueAtMs: integerOrNull(row, "due_at_ms"),
    formerOwners: json(row, "former_owners") as readonly FormerOwner[],
    decided: text(row, "decided"),
    facts: json(row, "facts") as LeadFacts,
  };
}

export const decodeLeads = (rows: readonly Row[]): readonly LeadState[] => rows.map(decodeLead);
