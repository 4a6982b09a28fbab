import * as fc from "fast-check";
import { decisionId } from "../../services/core/domain/decision/decision-id.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import type { Decision, Release, LogRecord, Outcome } from "../../services/core/domain/decision/log-record.ts";
import type { LeadFacts } from "../../services/core/domain/lead/lead.ts";
import type { LeadEvent, ProjectionBatch } from "../../services/core/ports/store.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import type { LogItem } from "../support/array-topic.ts";

export const TENANT = "acme";
const codec = createLogRecordCodec();

export function factsOf(leadId: string, more: Partial<LeadFacts> = {}): LeadFacts {
  return {
    tenantId: TENANT,
    leadId,
    externalId: `web-${leadId}`,
    source: { channel: "web_form", campaign: "spring", referrer: "" },
    location: { latitudeDeg: 41.88, longitudeDeg: -87.63, postalCode: "60601", adminCode: "" },
    product: "forklift",
    language: "en",
    companyKey: "",
    attributes: { employees: 40, ratio: 0.1 + 0.2, urgent: true, note: "naïve 公海" },
    intent: { status: "interested", timing: null },
    identityKeys: ["k1"],
    capturedAtMs: 1_000,
    score: 0.7,
    ...more,
  };
}

export function stateOf(leadId: string, more: Partial<LeadState> = {}): LeadState {
  return {
    tenantId: TENANT,
    leadId,
    cycle: 1,
    status: "owned",
    repId: "rep-1",
    nodeId: "north",
    territoryId: "t-1",
    territoryRule: "polygon",
    segment: "default",
    poolId: null,
    decisionId: decisionId(TENANT, leadId, 1),
    planVersion: 3,
    reason: "",
    duplicateOf: null,
    loadMilli: 1000,
    sinceMs: 2_000,
    lastFollowUpAtMs: null,
    dueAtMs: null,
    formerOwners: [],
    decided: "assigned rep-1",
    facts: factsOf(leadId),
    ...more,
  };
}

export function decisionOf(leadId: string, more: Partial<Decision> = {}): Decision {
  return {
    type: "decision",
    tenantId: TENANT,
    leadId,
    cycle: 1,
    atMs: 2_000,
    operator: "router",
    decisionId: decisionId(TENANT, leadId, 1),
    epoch: 1,
    outcome: { kind: "assigned", repId: "rep-1" },
    via: "routed",
    planVersion: 3,
    nodeId: "north",
    territoryId: "t-1",
    territoryRule: "polygon",
    segment: "default",
    charge: { loadMilli: 1000, credit: 0.1, turn: 7, floor: 1 / 3 },
    dueAtMs: null,
    facts: factsOf(leadId),
    explanation: {
      step: 0,
      candidates: [
        { repIndex: 1, verdict: "chosen", fit: 9_000, gap: 0 },
        { repIndex: 2, verdict: "lower_fit", fit: 8_000, gap: 1_000 },
      ],
      counted: [],
    },
    ...more,
  };
}

export function eventOf(offset: number, record: LeadEvent["record"], more: Partial<LeadEvent> = {}): LeadEvent {
  return {
    tenantId: record.tenantId,
    leadId: record.leadId,
    partition: 0,
    offset,
    nodeId: "north",
    record,
    fromRepId: null,
    toRepId: "rep-1",
    statusAfter: "owned",
    ...more,
  };
}

/** A batch of partition 0 that brings new leads and events, and moves the position from one offset to another. */
export function batchOf(
  [expectedNext, next]: readonly [number, number],
  { states = [], events = [] }: { readonly states?: readonly LeadState[]; readonly events?: readonly LeadEvent[] } = {},
): ProjectionBatch {
  return {
    partition: 0,
    expectedNext,
    position: { next, barrierEpoch: 0 },
    changes: states.map((after) => ({ before: null, after })),
    events: events.map((event) => ({ ...event, bytes: codec.encode(event.record) })),
  };
}

/**
 * Logs as bad as they get: few leads and few cycles, so that records repeat, contradict each other and come too late;
 * barriers that make decisions void; records that can't be read.
 */
export const logItems: fc.Arbitrary<readonly LogItem[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.nat(4), fc.nat(2), fc.nat(99)).map(([lead, tenant, dice]) => recordOf(lead, tenant, dice)),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((epoch): LogItem => ({ type: "barrier", epoch })) },
    { weight: 1, arbitrary: fc.constant<LogItem>({ type: "plan_published", tenantId: "t0", planVersion: 1, atMs: 1 }) },
    { weight: 1, arbitrary: fc.constant<LogItem>("poison") },
  ),
  // Long logs: what one batch leaves for a later one to know is what goes wrong.
  { minLength: 1, maxLength: 80, size: "max" },
);

function recordOf(lead: number, tenant: number, dice: number): LogRecord {
  const leadId = `lead-${lead}`;
  const cycle = 1 + (dice % 3);
  const base = { tenantId: `t${tenant}`, leadId, cycle, atMs: 1_000 + dice, operator: "router" };
  const repId = `rep-${dice % 2}`;
  switch (Math.floor(dice / 10)) {
    case 0:
      return { ...base, type: "release", repId, reason: "silent", loadMilli: 1000, to: { kind: "reroute" } };
    case 1:
      return { ...base, type: "release", repId, reason: "rule", loadMilli: 1000, to: { kind: "public", poolId: "p" } };
    case 2:
      return { ...base, type: "closure", result: "converted", reason: "won", repId, loadMilli: 1000, identityKeys: [] };
    case 3:
      return { ...base, type: "reopening", reason: "again" };
    case 4:
      return { ...base, type: "follow_up", repId, kind: "call", dueAtMs: dice % 2 === 0 ? null : 9_000 };
    default: {
      const facts = factsOf(leadId, { tenantId: base.tenantId, score: dice });
      const nodeId = `node-${dice % 2}`;
      return decisionOf(leadId, {
        ...base,
        type: "decision",
        epoch: dice % 4,
        outcome: outcomeOf(dice),
        nodeId,
        facts,
      });
    }
  }
}

function outcomeOf(dice: number): Outcome {
  if (dice < 80) return { kind: "assigned", repId: `rep-${dice % 2}` };
  return dice < 90 ? { kind: "parked", reason: "no_capacity" } : { kind: "public", poolId: "p" };
}

/** The end of what a decision gave to rep-1. */
export function releaseOf({ tenantId, leadId, cycle, atMs }: Decision, to: Release["to"]): Release {
  const by = { operator: "steward", repId: "rep-1", reason: "silent", loadMilli: 1000 };
  return { type: "release", tenantId, leadId, cycle, atMs, ...by, to };
}
