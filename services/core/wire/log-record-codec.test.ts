import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { VERDICTS } from "../domain/decision/explanation.ts";
import { DECISION_VIAS, PARK_REASONS, TERRITORY_RULES } from "../domain/decision/log-record.ts";
import * as generated from "./gen/fairlead/v1/decision_pb.ts";
import { Verdict } from "./gen/fairlead/v1/explanation_pb.ts";
import { createLogRecordCodec } from "./log-record-codec.ts";

type Init = MessageInitShape<typeof generated.LogRecordSchema>;
type DecisionInit = MessageInitShape<typeof generated.DecisionSchema>;

const codec = createLogRecordCodec();
const decode = (init: Init) =>
  codec.decode(toBinary(generated.LogRecordSchema, create(generated.LogRecordSchema, init)));

const DECISION = {
  tenantId: "acme",
  leadId: "lead-1",
  cycle: 1,
  outcome: { case: "assignedRepId", value: "rep-1" },
  via: generated.DecisionVia.ROUTED,
  territoryRule: generated.TerritoryRule.NONE,
  facts: {},
} as const satisfies DecisionInit;
const decodeDecision = (changes: DecisionInit) =>
  decode({ record: { case: "decision", value: { ...DECISION, ...changes } as DecisionInit } });

it.each([
  ["verdicts", Verdict, VERDICTS],
  ["park reasons", generated.ParkReason, PARK_REASONS],
  ["ways a decision came about", generated.DecisionVia, DECISION_VIAS],
  ["territory rules", generated.TerritoryRule, TERRITORY_RULES],
  ["closure results", generated.ClosureResult, ["converted", "closed", "nurture"]],
  ["follow-up kinds", generated.FollowUpKind, ["visit", "call", "message"]],
])("numbers %s as the proto file does", (_, numbers, words) => {
  expect(numbers).toEqual(
    Object.fromEntries([["UNSPECIFIED", 0], ...words.map((word, index) => [word.toUpperCase(), index + 1])]),
  );
});

describe("a record of the log is refused", () => {
  it.each<[string, DecisionInit]>([
    ["tenantId", { tenantId: "" }],
    ["leadId", { leadId: "" }],
    ["cycle", { cycle: 0 }],
    ["outcome", { outcome: { case: undefined } }],
    ["outcome.reason", { outcome: { case: "parkedReason", value: 99 as never } }],
    ["via", { via: 99 as never }],
    ["territoryRule", { territoryRule: 0 }],
    ["facts.intent.status", { facts: { intent: { status: "lukewarm" } } }],
    ["facts.attributes", { facts: { attributes: { empty: {} } } }],
    ["explanation", { explanation: { repIndexSteps: [1], verdicts: [], fits: [1], gaps: [0n] } }],
    ["explanation", { explanation: { repIndexSteps: [-1], verdicts: [1], fits: [1], gaps: [0n] } }],
    ["explanation.verdicts", { explanation: { repIndexSteps: [1], verdicts: [0], fits: [1], gaps: [0n] } }],
  ])("without a proper %s", (at, changes) => {
    expect(decodeDecision({}).ok).toBe(true);
    expect(decodeDecision(changes)).toEqual({ ok: false, code: "RECORD_UNDECODABLE", at });
  });

  it("if it has no facts", () => {
    const { facts: _, ...bare } = DECISION;
    const decoded = decode({ record: { case: "decision", value: bare } });
    expect(decoded).toEqual({ ok: false, code: "RECORD_UNDECODABLE", at: "facts" });
  });

  it("if it is none, or two", () => {
    expect(codec.decode(new Uint8Array(0))).toEqual({ ok: false, code: "RECORD_UNDECODABLE", at: "record" });
    const barrier = codec.encode({ type: "barrier", epoch: 7 });
    expect(codec.decode(Uint8Array.from([...barrier, ...barrier]))).toMatchObject({ ok: false, at: "record" });
  });
});

it("reads explanations whose columns aren't packed", () => {
  const unpacked = Uint8Array.from([0x10, 6, 0x18, 1, 0x20, 5, 0x28, 7]);
  const packed = decodeDecision({ explanation: { repIndexSteps: [3], verdicts: [1], fits: [5], gaps: [7n] } });
  const bare = toBinary(generated.DecisionSchema, create(generated.DecisionSchema, DECISION));
  const explanation = [0xba, 0x01, unpacked.length, ...unpacked];
  const record = [0x0a, bare.length + explanation.length, ...bare, ...explanation];
  expect(codec.decode(Uint8Array.from(record))).toStrictEqual(packed);
});

it("keys records by their lead, and barriers by nothing", () => {
  expect(codec.key({ type: "barrier", epoch: 1 })).toBeNull();
  const decoded = decodeDecision({});
  expect(decoded.ok && codec.key(decoded.value)).toEqual(new TextEncoder().encode("lead-1"));
});

it("throws rather than write a number that would be read as another", () => {
  expect(() => codec.encode({ type: "barrier", epoch: 2 ** 53 })).toThrow(RangeError);
  expect(() => codec.encode({ type: "barrier", epoch: 0.5 })).toThrow(RangeError);
});
