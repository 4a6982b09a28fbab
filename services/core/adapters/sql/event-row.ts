import type { CandidateVerdict, Explanation } from "../../domain/decision/explanation.ts";
import { LEAD_STATUSES } from "../../domain/decision/lead-state.ts";
import type { Decision, LeadRecord } from "../../domain/decision/log-record.ts";
import type { LeadFacts } from "../../domain/lead/lead.ts";
import type { LeadEvent } from "../../ports/store.ts";
import { integer, json, oneOf, text, textOrNull } from "./row.ts";
import type { Row } from "./session.ts";

const RECORD_TYPES = ["decision", "release", "closure", "reopening", "follow_up"] as const;

/** One candidate as a list: a decision explains up to hundreds of them, and the names of four fields would be half of it. */
type PackedCandidate = readonly [repIndex: number, verdict: CandidateVerdict["verdict"], fit: number, gap: number];
interface PackedExplanation {
  readonly step: number;
  readonly candidates: readonly PackedCandidate[];
}

/**
 * A row of table `lead_event`, as insert-events.sql reads it.
 *
 * @param factsOfLead as they will stand in table `lead`; a decision that has the same ones doesn't repeat them
 */
export function encodeEvent(event: LeadEvent, factsOfLead: LeadFacts | undefined): Readonly<Record<string, unknown>> {
  const { tenantId, leadId, cycle, type, operator, atMs, ...rest } = event.record;
  return {
    log_partition: event.partition,
    log_offset: event.offset,
    tenant_id: tenantId,
    lead_id: leadId,
    cycle,
    type,
    operator,
    at_ms: atMs,
    from_rep_id: event.fromRepId,
    to_rep_id: event.toRepId,
    status_after: event.statusAfter,
    node_id: event.nodeId,
    record: event.record.type === "decision" ? packDecision(event.record, rest, factsOfLead) : rest,
  };
}

/** @param row of `lead_event`, with `lead_facts` of its lead */
export function decodeEvent(row: Row): LeadEvent {
  const tenantId = text(row, "tenant_id");
  const leadId = text(row, "lead_id");
  const type = oneOf(row, "type", RECORD_TYPES);
  const stored = json(row, "record") as Readonly<Record<string, unknown>>;
  const record = {
    type,
    tenantId,
    leadId,
    cycle: integer(row, "cycle"),
    atMs: integer(row, "at_ms"),
    operator: text(row, "operator"),
    ...(type === "decision" ? unpackDecision(stored, row) : stored),
  };
  return {
    tenantId,
    leadId,
    partition: integer(row, "log_partition"),
    offset: integer(row, "log_offset"),
    nodeId: text(row, "node_id"),
    // Written by `encodeEvent` from a LeadRecord of this type.
    record: record as unknown as LeadRecord,
    fromRepId: textOrNull(row, "from_rep_id"),
    toRepId: textOrNull(row, "to_rep_id"),
    statusAfter: oneOf(row, "status_after", LEAD_STATUSES),
  };
}

export const decodeEvents = (rows: readonly Row[]): readonly LeadEvent[] => rows.map(decodeEvent);

function packDecision(decision: Decision, rest: object, factsOfLead: LeadFacts | undefined): object {
  const { explanation } = decision;
  const packed: PackedExplanation | null = explanation && {
    step: explanation.step,
    candidates: explanation.candidates.map(({ repIndex, verdict, fit, gap }) => [repIndex, verdict, fit, gap]),
  };
  const facts = sameFacts(decision.facts, factsOfLead) ? undefined : decision.facts;
  return { ...rest, explanation: packed, facts };
}

function unpackDecision(stored: Readonly<Record<string, unknown>>, row: Row): object {
  const packed = stored["explanation"] as PackedExplanation | null;
  const explanation: Explanation | null = packed && {
    step: packed.step,
    candidates: packed.candidates.map(([repIndex, verdict, fit, gap]) => ({ repIndex, verdict, fit, gap })),
  };
  return { ...stored, explanation, facts: stored["facts"] ?? json(row, "lead_facts") };
}

/** Usually one object, since the first decision gives the lead its facts; else equal text is equal enough to save space. */
function sameFacts(left: LeadFacts, right: LeadFacts | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
