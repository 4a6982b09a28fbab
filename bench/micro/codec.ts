/**
 * Cost of one record in each form: our codecs, the generated code of @bufbuild/protobuf, JSON. Writes
 * `bench/results/codec.json`. Run: `node bench/micro/codec.ts`
 *
 * Every form starts from, and ends in, the domain's own objects, except the generated code, which is given its messages
 * ready made and so is favoured.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage } from "@bufbuild/protobuf";
import type { Decision, LogRecord } from "../../services/core/domain/decision/log-record.ts";
import { VERDICTS } from "../../services/core/domain/decision/explanation.ts";
import type { LeadFacts, LeadRequest } from "../../services/core/domain/lead/lead.ts";
import type { Codec } from "../../services/core/wire/codec.ts";
import { LogRecordSchema } from "../../services/core/wire/gen/fairlead/v1/decision_pb.ts";
import { CapturedLeadSchema } from "../../services/core/wire/gen/fairlead/v1/lead_pb.ts";
import { createLeadRequestCodec } from "../../services/core/wire/lead-request-codec.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";

const SEED = 20_261_122;
const RECORDS = 5_000;
const ROUNDS = 21;
const WARM_UP_ROUNDS = 6;

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seeded(SEED);
const below = (bound: number): number => Math.floor(random() * bound);
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join("");

function makeFacts(index: number): LeadFacts {
  return {
    tenantId: "acme",
    leadId: hex(32),
    externalId: `web-${index}`,
    source: { channel: pick(["web_form", "fair", "wechat"]), campaign: "spring", referrer: "https://example.com/a" },
    location: {
      latitudeDeg: 25 + random() * 24,
      longitudeDeg: -124 + random() * 57,
      postalCode: String(10_000 + below(89_999)),
      adminCode: "US-IL-031",
    },
    product: pick(["forklift", "crane", "叉车"]),
    language: pick(["en", "es", "zh-Hans"]),
    companyKey: `ruiz tools ${index}`,
    attributes: {
      employees: below(5_000),
      industry: pick(["logistics", "retail"]),
      existing: random() < 0.5,
      grade: "B",
    },
    intent: { status: "interested", timing: "within_1_month" },
    identityKeys: [hex(22), hex(22)],
    capturedAtMs: 1_795_000_000_000 + index,
    score: below(100),
  };
}

const makeRequest = (_: unknown, index: number): LeadRequest => ({
  facts: makeFacts(index),
  sealedContact: Uint8Array.from({ length: 120 }, () => below(256)),
  cycle: 1,
  rerouteReason: "",
  excludedRepIds: [],
  rejectedReason: "",
});

function makeDecision(_: unknown, index: number): Decision {
  const facts = makeFacts(index);
  const candidates = Array.from({ length: 20 }, (_, place) => ({
    repIndex: 400 + place,
    verdict: place === 0 ? ("chosen" as const) : pick(VERDICTS),
    fit: below(10_001),
    gap: random() < 0.5 ? 0 : below(10_000),
  }));
  return {
    type: "decision",
    tenantId: facts.tenantId,
    leadId: facts.leadId,
    cycle: 1,
    atMs: facts.capturedAtMs + 40,
    operator: "router",
    decisionId: hex(32),
    epoch: 3,
    outcome: { kind: "assigned", repId: `rep-${1_000 + below(9_000)}` },
    via: "routed",
    planVersion: 17,
    nodeId: "us-midwest-chicago-1",
    territoryId: "chicago-north",
    territoryRule: "polygon",
    segment: "smb",
    charge: { loadMilli: 1_000, credit: random() * 50, turn: index, floor: random() * 40 },
    dueAtMs: facts.capturedAtMs + 86_400_000,
    facts,
    explanation: { step: 0, candidates, counted: [] },
  };
}

let sink = 0;

const round2 = (value: number): number => Math.round(value * 100) / 100;
const bytesPerRecord = (all: readonly Uint8Array[]): number =>
  Math.round(all.reduce((sum, { length }) => sum + length, 0) / all.length);

/**
 * Best and mean ± deviation of the rounds, µs per record. CPU time, with the collector's and compiler's threads, so that
 * a busy machine doesn't count against anyone.
 */
function measure<T>(inputs: readonly T[], once: (input: T) => unknown): Record<string, number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round++) {
    const started = process.cpuUsage();
    for (const input of inputs) if (once(input) !== undefined) sink++;
    const { user, system } = process.cpuUsage(started);
    const tookUs = (user + system) / inputs.length;
    if (round >= WARM_UP_ROUNDS) rounds.push(tookUs);
  }
  const mean = rounds.reduce((sum, value) => sum + value, 0) / rounds.length;
  const deviation = Math.sqrt(rounds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rounds.length);
  return { minUs: round2(Math.min(...rounds)), meanUs: round2(mean), deviationUs: round2(deviation) };
}

interface Subject<T> {
  readonly values: readonly T[];
  readonly codec: Codec<T>;
  readonly schema: DescMessage;
  /** The value as JSON would carry it: bytes as base64. */
  asJson(this: void, value: T): unknown;
}

function benchSubject<T>({ values, codec, schema, asJson }: Subject<T>): Record<string, unknown> {
  const encoded = values.map((value) => Buffer.from(codec.encode(value)));
  const messages = encoded.map((bytes) => fromBinary(schema, bytes));
  const texts = values.map((value) => Buffer.from(JSON.stringify(asJson(value))));
  return {
    bytes: { protobuf: bytesPerRecord(encoded), json: bytesPerRecord(texts) },
    decode: {
      ours: measure(encoded, (bytes) => codec.decode(bytes)),
      bufbuild: measure(encoded, (bytes) => fromBinary(schema, bytes)),
      json: measure(texts, (text) => JSON.parse(text.toString()) as unknown),
    },
    encode: {
      ours: measure(values, (value) => codec.encode(value)),
      bufbuild: measure(messages, (message) => toBinary(schema, message)),
      bufbuildWithCreate: measure(messages, (message) => toBinary(schema, create(schema, message))),
      json: measure(values, (value) => Buffer.from(JSON.stringify(asJson(value)))),
    },
  };
}

const prepare = () => ({ ok: false as const, code: "LEAD_INVALID", at: "" });
const lead = benchSubject<LeadRequest>({
  values: Array.from({ length: RECORDS }, makeRequest),
  codec: createLeadRequestCodec({ prepare }),
  schema: CapturedLeadSchema,
  asJson: (request) => ({ ...request, sealedContact: Buffer.from(request.sealedContact).toString("base64") }),
});
const decision = benchSubject<LogRecord>({
  values: Array.from({ length: RECORDS }, makeDecision),
  codec: createLogRecordCodec(),
  schema: LogRecordSchema,
  asJson: (record) => record,
});

const root = new URL("../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  dependencies: Record<string, string>;
};
const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const result = {
  bench: "micro/codec",
  unit: "µs of CPU per record, all threads",
  seed: SEED,
  records: RECORDS,
  rounds: ROUNDS,
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
  versions: { node: process.version, "@bufbuild/protobuf": manifest.dependencies["@bufbuild/protobuf"] },
  commit: git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " + changes"),
  leadRequest: lead,
  decisionWith20Candidates: decision,
};
writeFileSync(new URL("bench/results/codec.json", root), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2), sink);
