import { Type, type Static } from "typebox";
import { DECISION_VIAS, type LeadRecord } from "../../core/domain/decision/log-record.ts";
import { LEAD_STATUSES } from "../../core/domain/decision/lead-state.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { iso, repName, RepRef } from "../lead-view.ts";

/** Kinds of change, as clients of the history and the stream know them. */
export const CHANGE_TYPES = [
  "assigned",
  "parked",
  "public",
  "duplicate",
  "rejected",
  "dead",
  "released",
  "converted",
  "closed",
  "nurture",
  "reopened",
  "follow_up",
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** One change of a lead: from, to, operator, reason, time (P12). */
export const ChangeSchema = Type.Object({
  type: Type.Enum([...CHANGE_TYPES]),
  leadId: Type.String(),
  cycle: Type.Integer(),
  at: Type.String({ description: "ISO 8601, UTC" }),
  operator: Type.String({ description: "`router`, `steward`, or the id of the principal" }),
  via: Type.Union([Type.Enum([...DECISION_VIAS]), Type.Null()]),
  from: Type.Union([RepRef, Type.Null()]),
  to: Type.Union([RepRef, Type.Null()]),
  nodeId: Type.String(),
  poolId: Type.Union([Type.String(), Type.Null()]),
  state: Type.Enum([...LEAD_STATUSES]),
  reason: Type.String(),
  decisionId: Type.Union([Type.String(), Type.Null()]),
  planVersion: Type.Union([Type.Integer(), Type.Null()]),
});
export type Change = Static<typeof ChangeSchema>;

export function changeOf(event: LeadEvent, plan: CompiledPlan): Change {
  const { record } = event;
  const decision = record.type === "decision" ? record : null;
  const rep = (repId: string | null) => (repId === null ? null : { repId, name: repName(plan, repId) });
  return {
    type: changeType(record),
    leadId: event.leadId,
    cycle: record.cycle,
    at: iso(record.atMs),
    operator: record.operator,
    via: decision?.via ?? null,
    from: rep(event.fromRepId),
    to: rep(event.toRepId),
    nodeId: event.nodeId,
    poolId: poolIdOf(record),
    state: event.statusAfter,
    reason: reasonOf(record),
    decisionId: decision?.decisionId ?? null,
    planVersion: decision?.planVersion ?? null,
  };
}

function changeType(record: LeadRecord): ChangeType {
  switch (record.type) {
    case "decision":
      return record.outcome.kind;
    case "release":
      return "released";
    case "closure":
      return record.result;
    case "reopening":
      return "reopened";
    case "follow_up":
      return "follow_up";
  }
}

function poolIdOf(record: LeadRecord): string | null {
  if (record.type === "decision") return record.outcome.kind === "public" ? record.outcome.poolId : null;
  return record.type === "release" && record.to.kind === "public" ? record.to.poolId : null;
}

function reasonOf(record: LeadRecord): string {
  switch (record.type) {
    case "decision":
      return "reason" in record.outcome ? record.outcome.reason : "";
    case "follow_up":
      return record.kind;
    case "release":
    case "closure":
    case "reopening":
      return record.reason;
  }
}
