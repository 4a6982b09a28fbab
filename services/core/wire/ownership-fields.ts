import type { Closure, FollowUp, Release, Reopening } from "../domain/decision/log-record.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";
import { newBase, readBaseField, writeBase } from "./record-base-fields.ts";
import { wireEnum } from "./wire-enum.ts";

/** Fields of `Release`, `Closure`, `Reopening` and `FollowUp` (decision.proto); 1 to 5 are the base's. */
const RELEASE = {
  repId: delimitedTag(6),
  reason: delimitedTag(7),
  loadMilli: varintTag(8),
  publicPoolId: delimitedTag(9),
  reroute: varintTag(10),
} as const;
const CLOSURE = {
  result: varintTag(6),
  reason: delimitedTag(7),
  repId: delimitedTag(8),
  loadMilli: varintTag(9),
  identityKeys: delimitedTag(10),
} as const;
const REOPENING = { reason: delimitedTag(6) } as const;
const FOLLOW_UP = { repId: delimitedTag(6), kind: varintTag(7), dueAtMs: varintTag(8) } as const;

export const CLOSURE_RESULT = wireEnum<Closure["result"]>(["converted", "closed", "nurture"]);
export const FOLLOW_UP_KIND = wireEnum<FollowUp["kind"]>(["visit", "call", "message"]);

const newReleaseDraft = () => ({
  ...newBase(),
  repId: "",
  reason: "",
  loadMilli: 0,
  to: undefined as Release["to"] | undefined,
});

export function readRelease(reader: ProtobufReader): Release | undefined {
  const draft = newReleaseDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === RELEASE.repId) draft.repId = reader.string();
    else if (tag === RELEASE.reason) draft.reason = reader.string();
    else if (tag === RELEASE.loadMilli) draft.loadMilli = reader.int64();
    else if (tag === RELEASE.publicPoolId) draft.to = { kind: "public", poolId: reader.string() };
    else if (tag === RELEASE.reroute) draft.to = reader.bool() ? { kind: "reroute" } : undefined;
    else readBaseField(reader, draft, tag);
  }
  reader.leave(outer);
  const { to } = draft;
  if (to === undefined) reader.refuse("RECORD_UNDECODABLE", "to");
  return to === undefined ? undefined : { type: "release", ...draft, to };
}

export function writeRelease(writer: ProtobufWriter, tag: number, release: Release): void {
  const start = writer.open(tag);
  writeBase(writer, release);
  writer.text(RELEASE.repId, release.repId);
  writer.text(RELEASE.reason, release.reason);
  writer.int64(RELEASE.loadMilli, release.loadMilli);
  if (release.to.kind === "public") writer.textAlways(RELEASE.publicPoolId, release.to.poolId);
  else writer.flag(RELEASE.reroute, true);
  writer.close(start);
}

const newClosureDraft = () => ({
  ...newBase(),
  result: undefined as Closure["result"] | undefined,
  reason: "",
  repId: null as string | null,
  loadMilli: 0,
  identityKeys: [] as string[],
});

export function readClosure(reader: ProtobufReader): Closure | undefined {
  const draft = newClosureDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === CLOSURE.result) draft.result = CLOSURE_RESULT.read(reader, "result");
    else if (tag === CLOSURE.reason) draft.reason = reader.string();
    else if (tag === CLOSURE.repId) draft.repId = reader.string();
    else if (tag === CLOSURE.loadMilli) draft.loadMilli = reader.int64();
    else if (tag === CLOSURE.identityKeys) draft.identityKeys.push(reader.string());
    else readBaseField(reader, draft, tag);
  }
  reader.leave(outer);
  const { result } = draft;
  if (result === undefined) reader.refuse("RECORD_UNDECODABLE", "result");
  return result === undefined ? undefined : { type: "closure", ...draft, result };
}

export function writeClosure(writer: ProtobufWriter, tag: number, closure: Closure): void {
  const start = writer.open(tag);
  writeBase(writer, closure);
  writer.uint32(CLOSURE.result, CLOSURE_RESULT.numberOf(closure.result));
  writer.text(CLOSURE.reason, closure.reason);
  if (closure.repId !== null) writer.textAlways(CLOSURE.repId, closure.repId);
  writer.int64(CLOSURE.loadMilli, closure.loadMilli);
  for (const key of closure.identityKeys) writer.textAlways(CLOSURE.identityKeys, key);
  writer.close(start);
}

const newReopeningDraft = () => ({
  ...newBase(),
  reason: "",
});

export function readReopening(reader: ProtobufReader): Reopening {
  const draft = newReopeningDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === REOPENING.reason) draft.reason = reader.string();
    else readBaseField(reader, draft, tag);
  }
  reader.leave(outer);
  return { type: "reopening", ...draft };
}

export function writeReopening(writer: ProtobufWriter, tag: number, reopening: Reopening): void {
  const start = writer.open(tag);
  writeBase(writer, reopening);
  writer.text(REOPENING.reason, reopening.reason);
  writer.close(start);
}

const newFollowUpDraft = () => ({
  ...newBase(),
  repId: "",
  kind: undefined as FollowUp["kind"] | undefined,
  dueAtMs: null as number | null,
});

export function readFollowUp(reader: ProtobufReader): FollowUp | undefined {
  const draft = newFollowUpDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FOLLOW_UP.repId) draft.repId = reader.string();
    else if (tag === FOLLOW_UP.kind) draft.kind = FOLLOW_UP_KIND.read(reader, "kind");
    else if (tag === FOLLOW_UP.dueAtMs) draft.dueAtMs = reader.int64();
    else readBaseField(reader, draft, tag);
  }
  reader.leave(outer);
  const { kind } = draft;
  if (kind === undefined) reader.refuse("RECORD_UNDECODABLE", "kind");
  return kind === undefined ? undefined : { type: "follow_up", ...draft, kind };
}

export function writeFollowUp(writer: ProtobufWriter, tag: number, followUp: FollowUp): void {
  const start = writer.open(tag);
  writeBase(writer, followUp);
  writer.text(FOLLOW_UP.repId, followUp.repId);
  writer.uint32(FOLLOW_UP.kind, FOLLOW_UP_KIND.numberOf(followUp.kind));
  if (followUp.dueAtMs !== null) writer.int64Always(FOLLOW_UP.dueAtMs, followUp.dueAtMs);
  writer.close(start);
}
