import * as fc from "fast-check";
import { VERDICTS } from "../domain/decision/explanation.ts";
import { DECISION_VIAS, PARK_REASONS, TERRITORY_RULES } from "../domain/decision/log-record.ts";
import type { Decision, LogRecord, Outcome } from "../domain/decision/log-record.ts";
import { LOCATION_DATUMS } from "../domain/lead/captured-lead.ts";
import type { CapturedLead } from "../domain/lead/captured-lead.ts";
import { INTENT_STATUSES, INTENT_TIMINGS } from "../domain/lead/lead.ts";
import type { LeadFacts, LeadRequest } from "../domain/lead/lead.ts";

/** Arbitrary values of every record, for the tests of this folder. */
export const record = <T>(model: { [Field in keyof T]: fc.Arbitrary<T[Field]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const word = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc
    .string({ unit: "binary", minLength, maxLength: Math.floor(maxLength / 2) })
    .map((text) => text.replaceAll("\0", "0"));
const id = word(128);
const requiredId = word(128, 1);
const name = word(256);
/** Without minus zero: the generated code drops its sign where a field has no presence. */
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const atMs = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const integer = fc.maxSafeInteger();
const cycle = fc.integer({ min: 1, max: 0xffff_ffff });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const bytes = fc.uint8Array({ maxLength: 300 });

const source = record({ channel: requiredId, campaign: name, referrer: word(2_048) });
const point = fc.oneof(
  record({
    latitudeDeg: fc.double({ min: -90, max: 90, noNaN: true }),
    longitudeDeg: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
  fc.constant({ latitudeDeg: null, longitudeDeg: null }),
);
const intent = record({
  status: orNull(fc.constantFrom(...INTENT_STATUSES)),
  timing: orNull(fc.constantFrom(...INTENT_TIMINGS)),
});
const hasNoBar = (leadId: string): boolean => !leadId.includes("|");
/** `__proto__` is refused, and an own `constructor` confuses `toStrictEqual`. */
const UNUSUAL_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor"]);
const attributes = fc.dictionary(
  word(64, 1).filter((key) => !UNUSUAL_KEYS.has(key)),
  fc.oneof(word(1_024), double, fc.boolean()),
  { maxKeys: 6, noNullPrototype: true },
);

const facts: fc.Arbitrary<LeadFacts> = record({
  tenantId: requiredId,
  leadId: requiredId.filter(hasNoBar),
  externalId: id,
  source,
  location: fc.tuple(point, id, id).map(([at, postalCode, adminCode]) => ({ ...at, postalCode, adminCode })),
  product: name,
  language: id,
  companyKey: name,
  attributes,
  intent,
  identityKeys: fc.array(id, { maxLength: 4 }),
  capturedAtMs: atMs,
  score: double,
});

export const leadRequests: fc.Arbitrary<LeadRequest> = record({
  facts,
  sealedContact: bytes,
  cycle,
  rerouteReason: id,
  excludedRepIds: fc.array(id, { maxLength: 4 }),
  rejectedReason: id,
});

export const capturedLeads: fc.Arbitrary<CapturedLead> = record({
  tenantId: id,
  leadId: id.filter(hasNoBar),
  externalId: id,
  source,
  contact: record({ name, phone: id, email: name }),
  company: record({ name, registrationNumber: id }),
  location: fc
    .tuple(point, fc.constantFrom(...LOCATION_DATUMS), fc.tuple(id, id, word(1_024)))
    .map(([at, datum, [postalCode, adminCode, address]]) => ({ ...at, datum, postalCode, adminCode, address })),
  product: name,
  language: id,
  attributes,
  intent,
  capturedAtMs: atMs,
});

const base = { tenantId: requiredId, leadId: requiredId, cycle, atMs: integer, operator: id };

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  record({ kind: fc.constant("assigned" as const), repId: id }),
  record({ kind: fc.constant("parked" as const), reason: fc.constantFrom(...PARK_REASONS) }),
  record({ kind: fc.constant("public" as const), poolId: id }),
  record({ kind: fc.constant("duplicate" as const), ofLeadId: id }),
  record({ kind: fc.constant("rejected" as const), reason: id }),
  record({ kind: fc.constant("dead" as const), reason: id }),
);

const candidate = record({
  repIndex: fc.integer({ min: 0, max: 0x3fff_ffff }),
  verdict: fc.constantFrom(...VERDICTS),
  fit: fc.integer({ min: 0, max: 10_000 }),
  gap: fc.maxSafeNat(),
});

const hexadecimal = fc.uint8Array({ maxLength: 40 }).map((digits) => Buffer.from(digits).toString("hex"));

const decisions: fc.Arbitrary<Decision> = record({
  type: fc.constant("decision" as const),
  ...base,
  decisionId: hexadecimal,
  epoch: integer,
  outcome: outcomes,
  via: fc.constantFrom(...DECISION_VIAS),
  planVersion: integer,
  nodeId: id,
  territoryId: id,
  territoryRule: fc.constantFrom(...TERRITORY_RULES),
  segment: id,
  charge: record({ loadMilli: integer, credit: double, turn: integer, floor: double }),
  dueAtMs: orNull(integer),
  facts,
  explanation: orNull(
    record({
      step: fc.integer({ min: -1, max: 200 }),
      candidates: fc.array(candidate, { maxLength: 25 }),
      counted: fc.array(record({ verdict: fc.constantFrom(...VERDICTS), count: fc.nat() }), { maxLength: 5 }),
    }),
  ),
}).map((decision) => {
  const { tenantId, leadId } = decision;
  return { ...decision, facts: { ...decision.facts, tenantId, leadId } };
});

const destinations = fc.oneof(
  record({ kind: fc.constant("public" as const), poolId: id }),
  fc.constant({ kind: "reroute" as const }),
);

export const logRecords: fc.Arbitrary<LogRecord> = fc.oneof(
  { weight: 3, arbitrary: decisions },
  record({
    type: fc.constant("release" as const),
    ...base,
    repId: id,
    reason: id,
    loadMilli: integer,
    to: destinations,
  }),
  record({
    type: fc.constant("closure" as const),
    ...base,
    result: fc.constantFrom("converted" as const, "closed" as const, "nurture" as const),
    reason: id,
    repId: orNull(id),
    loadMilli: integer,
    identityKeys: fc.array(id, { maxLength: 3 }),
  }),
  record({ type: fc.constant("reopening" as const), ...base, reason: id }),
  record({
    type: fc.constant("follow_up" as const),
    ...base,
    repId: id,
    kind: fc.constantFrom("visit" as const, "call" as const, "message" as const),
    dueAtMs: orNull(integer),
  }),
  record({ type: fc.constant("barrier" as const), epoch: integer }),
  record({ type: fc.constant("plan_published" as const), tenantId: id, planVersion: integer, atMs: integer }),
);
