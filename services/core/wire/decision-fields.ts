import { DECISION_VIAS, PARK_REASONS, TERRITORY_RULES } from "../domain/decision/log-record.ts";
import type { Explanation } from "../domain/decision/explanation.ts";
import type { Decision, LedgerCharge, Outcome } from "../domain/decision/log-record.ts";
import { readExplanation, writeExplanation } from "./explanation-fields.ts";
import { factsOf, type LeadDraft } from "./lead-draft.ts";
import { readLeadFacts, writeLeadFacts } from "./lead-facts-fields.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";
import { LAST_BASE_TAG, newBase, readBaseField, writeBase } from "./record-base-fields.ts";
import { wireEnum } from "./wire-enum.ts";

/** Fields of `Decision` (decision.proto); 1 to 5 are the base's. */
const DECISION_ID = delimitedTag(6);
const EPOCH = varintTag(7);
const ASSIGNED_REP_ID = delimitedTag(8);
const PARKED_REASON = varintTag(9);
const PUBLIC_POOL_ID = delimitedTag(10);
const DUPLICATE_OF_LEAD_ID = delimitedTag(11);
const REJECTED_REASON = delimitedTag(12);
const DEAD_REASON = delimitedTag(13);
const VIA = varintTag(14);
const TERRITORY_RULE = varintTag(15);
const PLAN_VERSION = varintTag(16);
const NODE_ID = delimitedTag(17);
const TERRITORY_ID = delimitedTag(18);
const SEGMENT = delimitedTag(19);
const CHARGE = delimitedTag(20);
const DUE_AT_MS = varintTag(21);
const FACTS = delimitedTag(22);
const EXPLANATION = delimitedTag(23);

/** Fields of `LedgerCharge`. */
const LOAD_MILLI = varintTag(1);
const CREDIT = doubleTag(2);
const TURN = varintTag(3);
const FLOOR = doubleTag(4);

export const PARK_REASON = wireEnum(PARK_REASONS);
export const DECISION_VIA = wireEnum(DECISION_VIAS);
export const TERRITORY_RULE_ENUM = wireEnum(TERRITORY_RULES);

const newDecisionDraft = () => ({
  ...newBase(),
  decisionId: "",
  epoch: 0,
  outcome: undefined as Outcome | undefined,
  via: undefined as Decision["via"] | undefined,
  territoryRule: undefined as Decision["territoryRule"] | undefined,
  planVersion: 0,
  nodeId: "",
  territoryId: "",
  segment: "",
  charge: { loadMilli: 0, credit: 0, turn: 0, floor: 0 } as LedgerCharge,
  dueAtMs: null as number | null,
  lead: undefined as LeadDraft | undefined,
  explain: (): Explanation | null => null,
});
type DecisionDraft = ReturnType<typeof newDecisionDraft>;

export function readDecision(reader: ProtobufReader): Decision | undefined {
  const draft = newDecisionDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag <= LAST_BASE_TAG) readBaseField(reader, draft, tag);
    else if (tag < VIA) readOutcomeField(reader, draft, tag);
    else readContextField(reader, draft, tag);
  }
  reader.leave(outer);
  const { tenantId, leadId, outcome, via, territoryRule, lead, explain } = draft;
  const missing = missingOf(draft);
  if (missing !== undefined) reader.refuse("RECORD_UNDECODABLE", missing);
  if (outcome === undefined || via === undefined || territoryRule === undefined || lead === undefined) return undefined;
  lead.tenantId = tenantId;
  lead.leadId = leadId;
  let explanation: Explanation | null = null;
  // One by one: what `...rest` of an object makes is a hash table, of 2 kB.
  return {
    type: "decision",
    tenantId,
    leadId,
    cycle: draft.cycle,
    atMs: draft.atMs,
    operator: draft.operator,
    decisionId: draft.decisionId,
    epoch: draft.epoch,
    outcome,
    via,
    territoryRule,
    planVersion: draft.planVersion,
    nodeId: draft.nodeId,
    territoryId: draft.territoryId,
    segment: draft.segment,
    charge: draft.charge,
    dueAtMs: draft.dueAtMs,
    facts: factsOf(lead),
    get explanation() {
      return (explanation ??= explain());
    },
  };
}

/**
 * Checked now, and read when somebody asks: it is the better part of a decision, and would wait with it for the store or the
 * fold, which look at none.
 */
function readLater(reader: ProtobufReader): () => Explanation {
  const bytes = reader.rest();
  readExplanation(reader);
  return () => readExplanation(new ProtobufReader(bytes));
}

function missingOf(draft: DecisionDraft): string | undefined {
  if (draft.outcome === undefined) return "outcome";
  if (draft.via === undefined) return "via";
  if (draft.territoryRule === undefined) return "territoryRule";
  return draft.lead === undefined ? "facts" : undefined;
}

/** Fields 6 to 13. */
function readOutcomeField(reader: ProtobufReader, draft: DecisionDraft, tag: number): void {
  switch (tag) {
    case DECISION_ID:
      draft.decisionId = reader.hex();
      break;
    case EPOCH:
      draft.epoch = reader.int64();
      break;
    case ASSIGNED_REP_ID:
      draft.outcome = { kind: "assigned", repId: reader.string() };
      break;
    case PARKED_REASON:
      draft.outcome = { kind: "parked", reason: PARK_REASON.read(reader, "outcome.reason") };
      break;
    case PUBLIC_POOL_ID:
      draft.outcome = { kind: "public", poolId: reader.string() };
      break;
    case DUPLICATE_OF_LEAD_ID:
      draft.outcome = { kind: "duplicate", ofLeadId: reader.string() };
      break;
    case REJECTED_REASON:
      draft.outcome = { kind: "rejected", reason: reader.string() };
      break;
    case DEAD_REASON:
      draft.outcome = { kind: "dead", reason: reader.string() };
      break;
    default:
      reader.skip(tag);
  }
}

/** Fields from 14 on. */
function readContextField(reader: ProtobufReader, draft: DecisionDraft, tag: number): void {
  switch (tag) {
    case VIA:
      draft.via = DECISION_VIA.read(reader, "via");
      break;
    case TERRITORY_RULE:
      draft.territoryRule = TERRITORY_RULE_ENUM.read(reader, "territoryRule");
      break;
    case PLAN_VERSION:
      draft.planVersion = reader.int64();
      break;
    case NODE_ID:
      draft.nodeId = reader.string();
      break;
    case TERRITORY_ID:
      draft.territoryId = reader.string();
      break;
    case SEGMENT:
      draft.segment = reader.string();
      break;
    case CHARGE:
      draft.charge = readCharge(reader);
      break;
    case DUE_AT_MS:
      draft.dueAtMs = reader.int64();
      break;
    case FACTS:
      draft.lead = readLeadFacts(reader);
      break;
    case EXPLANATION:
      draft.explain = readLater(reader);
      break;
    default:
      reader.skip(tag);
  }
}

function readCharge(reader: ProtobufReader): LedgerCharge {
  const charge = { loadMilli: 0, credit: 0, turn: 0, floor: 0 };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === LOAD_MILLI) charge.loadMilli = reader.int64();
    else if (tag === CREDIT) charge.credit = reader.double();
    else if (tag === TURN) charge.turn = reader.int64();
    else if (tag === FLOOR) charge.floor = reader.double();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return charge;
}

export function writeDecision(writer: ProtobufWriter, tag: number, decision: Decision): void {
  const start = writer.open(tag);
  writeBase(writer, decision);
  writer.hex(DECISION_ID, decision.decisionId);
  writer.int64(EPOCH, decision.epoch);
  writeOutcome(writer, decision.outcome);
  writer.uint32(VIA, DECISION_VIA.numberOf(decision.via));
  writer.uint32(TERRITORY_RULE, TERRITORY_RULE_ENUM.numberOf(decision.territoryRule));
  writer.int64(PLAN_VERSION, decision.planVersion);
  writer.text(NODE_ID, decision.nodeId);
  writer.text(TERRITORY_ID, decision.territoryId);
  writer.text(SEGMENT, decision.segment);
  writeCharge(writer, decision.charge);
  if (decision.dueAtMs !== null) writer.int64Always(DUE_AT_MS, decision.dueAtMs);
  writeLeadFacts(writer, FACTS, decision.facts);
  if (decision.explanation !== null) writeExplanation(writer, EXPLANATION, decision.explanation);
  writer.close(start);
}

function writeOutcome(writer: ProtobufWriter, outcome: Outcome): void {
  switch (outcome.kind) {
    case "assigned":
      return writer.textAlways(ASSIGNED_REP_ID, outcome.repId);
    case "parked":
      return writer.uint32Always(PARKED_REASON, PARK_REASON.numberOf(outcome.reason));
    case "public":
      return writer.textAlways(PUBLIC_POOL_ID, outcome.poolId);
    case "duplicate":
      return writer.textAlways(DUPLICATE_OF_LEAD_ID, outcome.ofLeadId);
    case "rejected":
      return writer.textAlways(REJECTED_REASON, outcome.reason);
    case "dead":
      return writer.textAlways(DEAD_REASON, outcome.reason);
  }
}

function writeCharge(writer: ProtobufWriter, charge: LedgerCharge): void {
  const start = writer.open(CHARGE);
  writer.int64(LOAD_MILLI, charge.loadMilli);
  writer.double(CREDIT, charge.credit);
  writer.int64(TURN, charge.turn);
  writer.double(FLOOR, charge.floor);
  writer.close(start);
}
