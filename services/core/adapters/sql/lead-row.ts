import { LEAD_STATUSES, type LeadState } from "../../domain/decision/lead-state.ts";
import type { LeadChange } from "../../ports/store.ts";
import { bigintArray, doubleArray, textArray } from "./binary-array.ts";
import { integer, integerOrNull, oneOf, text, textOrNull } from "./row.ts";
import type { Row, SqlValue } from "./session.ts";
import { storableJson } from "./storable-text.ts";

/** What no read finds, sorts or counts by: column `rest`. */
type Rest = Omit<
  LeadState,
  "cycle" | "tenantId" | "leadId" | "status" | "repId" | "nodeId" | "poolId" | "sinceMs" | "dueAtMs"
>;

/**
 * Columns of table `lead`, each of all changes, as `write-batch.sql` wants them.
 *
 * @param eventPlaces of a lead: where the events are that changed it
 */
export function encodeLeads(
  changes: readonly LeadChange[],
  eventPlaces: (state: LeadState) => string,
): readonly SqlValue[] {
  const states = changes.map(({ after }) => after);
  const placed = states.map(({ facts }) => placeOf(facts.location));
  return [
    bigintArray(changes.map(({ before }) => before?.cycle ?? null)),
    bigintArray(states.map(({ cycle }) => cycle)),
    textArray(states.map(({ tenantId }) => tenantId)),
    textArray(states.map(({ leadId }) => leadId)),
    textArray(states.map(({ status }) => status)),
    textArray(states.map(({ repId }) => repId)),
    textArray(states.map(({ nodeId }) => nodeId)),
    textArray(states.map(({ poolId }) => poolId)),
    bigintArray(states.map(({ sinceMs }) => sinceMs)),
    bigintArray(states.map(({ dueAtMs }) => dueAtMs)),
    bigintArray(states.map(({ facts }) => facts.capturedAtMs)),
    doubleArray(placed.map(({ latitudeDeg }) => latitudeDeg)),
    doubleArray(placed.map(({ longitudeDeg }) => longitudeDeg)),
    textArray(states.map((state) => storableJson(restOf(state)))),
    textArray(states.map(eventPlaces)),
  ];
}

/** Half a position is none. */
function placeOf({ latitudeDeg, longitudeDeg }: LeadState["facts"]["location"]) {
  const isPlaced = latitudeDeg !== null && longitudeDeg !== null;
  return isPlaced ? { latitudeDeg, longitudeDeg } : { latitudeDeg: null, longitudeDeg: null };
}

function restOf(state: LeadState): Rest {
  return {
    territoryId: state.territoryId,
    territoryRule: state.territoryRule,
    segment: state.segment,
    decisionId: state.decisionId,
    planVersion: state.planVersion,
    reason: state.reason,
    duplicateOf: state.duplicateOf,
    loadMilli: state.loadMilli,
    lastFollowUpAtMs: state.lastFollowUpAtMs,
    formerOwners: state.formerOwners,
    decided: state.decided,
    facts: state.facts,
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
    poolId: textOrNull(row, "pool_id"),
    sinceMs: integer(row, "since_ms"),
    dueAtMs: integerOrNull(row, "due_at_ms"),
    ...(JSON.parse(text(row, "rest")) as Rest),
  };
}

export const decodeLeads = (rows: readonly Row[]): readonly LeadState[] => rows.map(decodeLead);
