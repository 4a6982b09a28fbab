import type { Barrier, LogRecord, PlanPublished } from "../domain/decision/log-record.ts";
import type { Codec, Decoded } from "./codec.ts";
import { readDecision, writeDecision } from "./decision-fields.ts";
import { readClosure, readFollowUp, readRelease, readReopening } from "./ownership-fields.ts";
import { writeClosure, writeFollowUp, writeRelease, writeReopening } from "./ownership-fields.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { recordKey } from "./record-key.ts";

/** Fields of `LogRecord` (decision.proto). */
const DECISION = delimitedTag(1);
const RELEASE = delimitedTag(2);
const CLOSURE = delimitedTag(3);
const REOPENING = delimitedTag(4);
const FOLLOW_UP = delimitedTag(5);
const BARRIER = delimitedTag(6);
const PLAN_PUBLISHED = delimitedTag(7);

/** Fields of `Barrier` and `PlanPublished`. */
const BARRIER_EPOCH = varintTag(1);
const PLAN_TENANT_ID = delimitedTag(1);
const PLAN_VERSION = varintTag(2);
const PLAN_AT_MS = varintTag(3);

export function createLogRecordCodec(): Codec<LogRecord> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.decision.v1",
    /** Barriers and plans speak of a partition and a tenant, so they have none. */
    key: (record) => ("leadId" in record ? recordKey(record.leadId) : null),
    encode(record) {
      writer.begin();
      writeLogRecord(writer, record);
      return writer.finish();
    },
    decode: decodeLogRecord,
  };
}

function decodeLogRecord(bytes: Uint8Array): Decoded<LogRecord> {
  const reader = new ProtobufReader(bytes);
  let record: LogRecord | undefined;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    // Two records in one would be two entries of the log at one offset.
    if (record !== undefined && tag <= PLAN_PUBLISHED) reader.refuse("RECORD_UNDECODABLE", "record");
    else record = readRecord(reader, tag) ?? record;
  }
  if (record === undefined) reader.refuse("RECORD_UNDECODABLE", "record");
  else refuseIfNameless(reader, record);
  return reader.refusal ?? { ok: true, value: record as LogRecord };
}

/** A record that names no lead could be folded into nothing. */
function refuseIfNameless(reader: ProtobufReader, record: LogRecord): void {
  if (!("leadId" in record)) return;
  if (record.tenantId === "") reader.refuse("RECORD_UNDECODABLE", "tenantId");
  if (record.leadId === "") reader.refuse("RECORD_UNDECODABLE", "leadId");
  if (record.cycle === 0) reader.refuse("RECORD_UNDECODABLE", "cycle");
}

function readRecord(reader: ProtobufReader, tag: number): LogRecord | undefined {
  switch (tag) {
    case DECISION:
      return readDecision(reader);
    case RELEASE:
      return readRelease(reader);
    case CLOSURE:
      return readClosure(reader);
    case REOPENING:
      return readReopening(reader);
    case FOLLOW_UP:
      return readFollowUp(reader);
    case BARRIER:
      return readBarrier(reader);
    case PLAN_PUBLISHED:
      return readPlanPublished(reader);
    default:
      reader.skip(tag);
      return undefined;
  }
}

function writeLogRecord(writer: ProtobufWriter, record: LogRecord): void {
  switch (record.type) {
    case "decision":
      return writeDecision(writer, DECISION, record);
    case "release":
      return writeRelease(writer, RELEASE, record);
    case "closure":
      return writeClosure(writer, CLOSURE, record);
    case "reopening":
      return writeReopening(writer, REOPENING, record);
    case "follow_up":
      return writeFollowUp(writer, FOLLOW_UP, record);
    case "barrier":
      return writeBarrier(writer, record);
    case "plan_published":
      return writePlanPublished(writer, record);
  }
}

function readBarrier(reader: ProtobufReader): Barrier {
  let epoch = 0;
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === BARRIER_EPOCH) epoch = reader.int64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { type: "barrier", epoch };
}

function writeBarrier(writer: ProtobufWriter, { epoch }: Barrier): void {
  const start = writer.open(BARRIER);
  writer.int64(BARRIER_EPOCH, epoch);
  writer.close(start);
}

function readPlanPublished(reader: ProtobufReader): PlanPublished {
  let tenantId = "";
  let planVersion = 0;
  let atMs = 0;
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === PLAN_TENANT_ID) tenantId = reader.string();
    else if (tag === PLAN_VERSION) planVersion = reader.int64();
    else if (tag === PLAN_AT_MS) atMs = reader.int64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { type: "plan_published", tenantId, planVersion, atMs };
}

function writePlanPublished(writer: ProtobufWriter, plan: PlanPublished): void {
  const start = writer.open(PLAN_PUBLISHED);
  writer.text(PLAN_TENANT_ID, plan.tenantId);
  writer.int64(PLAN_VERSION, plan.planVersion);
  writer.int64(PLAN_AT_MS, plan.atMs);
  writer.close(start);
}
