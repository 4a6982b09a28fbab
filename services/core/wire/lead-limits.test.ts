import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { createCapturedLeadCodec, MAX_PREPARED_LEAD_BYTES } from "./captured-lead-codec.ts";
import { CapturedLeadSchema } from "./gen/fairlead/v1/lead_pb.ts";
import { createLeadRequestCodec } from "./lead-request-codec.ts";
import type { PrepareLead } from "./lead-request-codec.ts";

type Init = MessageInitShape<typeof CapturedLeadSchema>;

const BASE = { tenantId: "acme", leadId: "lead-1", source: { channel: "web_form" } } as const satisfies Init;
const PREPARED = { ...BASE, prepared: true, cycle: 1 } as const satisfies Init;

const bytesOf = (init: Init): Uint8Array => toBinary(CapturedLeadSchema, create(CapturedLeadSchema, init));
const refusing: PrepareLead = () => ({ ok: false, code: "PREPARE_WAS_ASKED", at: "" });
const decodeRaw = (init: Init) => createCapturedLeadCodec().decode(bytesOf(init));
const decodeRequest = (init: Init) => createLeadRequestCodec({ prepare: refusing }).decode(bytesOf(init));
const invalid = (at: string) => ({ ok: false, code: "LEAD_INVALID", at });
const number = (numberValue: number) => ({ kind: { case: "numberValue" as const, value: numberValue } });

describe("leads of either kind are refused", () => {
  it.each<[string, Init]>([
    ["source.channel", { source: { channel: "" } }],
    ["location.latitude", { location: { latitude: Number.NaN, longitude: 0 } }],
    ["location.latitude", { location: { latitude: 90.000001, longitude: 0 } }],
    ["location.latitude", { location: { longitude: 0 } }],
    ["location.longitude", { location: { latitude: 0, longitude: Number.NEGATIVE_INFINITY } }],
    ["location.longitude", { location: { latitude: 0 } }],
    ["location.datum", { location: { datum: "BD-09" } }],
    ["intent.status", { intent: { status: "lukewarm" } }],
    ["intent.timing", { intent: { timing: "tomorrow" } }],
    ["externalId", { externalId: "x".repeat(129) }],
    ["externalId", { externalId: "a\0b" }],
    ["leadId", { leadId: "a|b" }],
    ["product", { product: "x".repeat(257) }],
    ["source.referrer", { source: { channel: "web", referrer: "x".repeat(2_049) } }],
    ["capturedAtMs", { capturedAtMs: -1n }],
    ["attributes", { attributes: { employees: number(Number.NaN) } }],
    ["attributes", { attributes: { [`k${"x".repeat(64)}`]: number(1) } }],
    ["attributes", { attributes: { note: { kind: { case: "stringValue", value: "x".repeat(1_025) } } } }],
    ["attributes", { attributes: { list: { kind: { case: "listValue", value: { values: [] } } } } }],
    ["attributes", { attributes: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`k${at}`, number(at)])) }],
  ])("at %s (case %#)", (at, init) => {
    expect(decodeRaw({ ...BASE, ...init } as Init)).toEqual(invalid(at));
    expect(decodeRequest({ ...PREPARED, ...init } as Init)).toEqual(invalid(at));
  });

  it("takes texts at their limits, counted in UTF-16 units and not in bytes", () => {
    const product = "报".repeat(256);
    const decoded = decodeRaw({ ...BASE, product, externalId: "x".repeat(128) });
    expect(decoded.ok && decoded.value.product).toBe(product);
  });
});

describe("a prepared record is refused", () => {
  it.each<[string, Init]>([
    ["tenantId", { tenantId: "" }],
    ["leadId", { leadId: "" }],
    ["cycle", { cycle: 0 }],
    ["score", { score: Number.POSITIVE_INFINITY }],
    ["contact", { contact: { phone: "+13125550137" } }],
    ["location.address", { location: { address: "1 Main St" } }],
    ["location.datum", { location: { latitude: 1, longitude: 1, datum: "GCJ-02" } }],
  ])("without a proper %s", (at, init) => {
    expect(decodeRequest({ ...PREPARED, ...init } as Init)).toEqual(invalid(at));
  });

  it("where a captured lead is asked for", () => {
    expect(decodeRaw(PREPARED)).toEqual(invalid("prepared"));
  });
});

/** A record with as much of a later version as makes it `length` bytes. */
const padded = (init: Init, length: number): Uint8Array => {
  const bytes = bytesOf(init);
  // Field 1,000, which no version knows: two bytes of tag, three of length.
  const filling = length - bytes.length - 5;
  const header = [0xc2, 0x3e, (filling & 0x7f) | 0x80, ((filling >> 7) & 0x7f) | 0x80, filling >> 14];
  return Uint8Array.from([...bytes, ...header, ...new Uint8Array(filling)]);
};

describe("records beyond the size limit are refused", () => {
  const tooLarge = { ok: false, code: "LEAD_TOO_LARGE", at: "" };

  it("at 64 KiB for a captured lead", () => {
    expect(createCapturedLeadCodec().decode(padded(BASE, 65_536)).ok).toBe(true);
    expect(createCapturedLeadCodec().decode(padded(BASE, 65_537))).toEqual(tooLarge);
    expect(createCapturedLeadCodec().decode(new Uint8Array(65_537))).toEqual(tooLarge);
  });

  it("somewhat later for a prepared one, which holds what the door added", () => {
    const codec = createLeadRequestCodec({ prepare: refusing });
    expect(codec.decode(padded(PREPARED, MAX_PREPARED_LEAD_BYTES)).ok).toBe(true);
    expect(codec.decode(padded(PREPARED, MAX_PREPARED_LEAD_BYTES + 1))).toEqual(tooLarge);
    expect(codec.decode(padded(BASE, 65_537))).toEqual(tooLarge);
  });
});

describe("malformed records are refused", () => {
  const undecodable = { ok: false, code: "RECORD_UNDECODABLE" };
  const codec = createCapturedLeadCodec();

  it.each<[string, number[]]>([
    ["a text that isn't UTF-8", [0x0a, 2, 0xc3, 0x28]],
    ["an overlong encoding", [0x0a, 6, 0xc0, 0x80, 0x61, 0x61, 0x61, 0x61]],
    ["a length beyond the end", [0x0a, 0x7f, 0x61]],
    ["a length beyond its message", [0x22, 3, 0x0a, 5, 0x61, 0x61, 0x61, 0x61, 0x61]],
    ["a length of four gigabytes", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a varint of eleven bytes", [0x60, ...Array.from({ length: 10 }, () => 0xff), 1]],
    ["a time that no double holds", [0x60, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ["field number 0", [0x00, 0x01]],
    ["wire type 7", [0x0f]],
    ["a group that doesn't end", [0xc3, 0x3e]],
    ["a group that ends another", [0xc3, 0x3e, 0xcc, 0x3e]],
    ["groups without end", Array.from({ length: 20_000 }, () => [0xc3, 0x3e]).flat()],
  ])("%s", (_, bytes) => {
    expect(codec.decode(Uint8Array.from(bytes))).toMatchObject(undecodable);
  });

  it("but a U+FFFD that was sent, and a byte order mark, stay", () => {
    const decoded = decodeRaw({ ...BASE, product: "\uFEFFx\uFFFDy" });
    expect(decoded.ok && decoded.value.product).toBe("\uFEFFx\uFFFDy");
  });
});

describe("a lead that came straight to the topic", () => {
  it("is prepared, under its own id or one that depends on its content only", () => {
    const asked: string[] = [];
    const codec = createLeadRequestCodec({
      prepare(captured, fallbackLeadId) {
        asked.push(fallbackLeadId);
        return { ok: false, code: "LEAD_INVALID", at: captured.contact.name };
      },
    });
    const nameless = { ...BASE, leadId: "", contact: { name: "Ana" } };
    expect(codec.decode(bytesOf(nameless))).toEqual({ ok: false, code: "LEAD_INVALID", at: "Ana" });
    codec.decode(bytesOf(nameless));
    codec.decode(bytesOf({ ...nameless, externalId: "2" }));
    codec.decode(bytesOf(BASE));
    expect(asked[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(asked[1]).toBe(asked[0]);
    expect(asked[2]).not.toBe(asked[0]);
    expect(asked[3]).toBe("lead-1");
  });

  it("can't bring what only the door may say", () => {
    const seen: unknown[] = [];
    const codec = createLeadRequestCodec({
      prepare(captured) {
        seen.push(captured);
        return { ok: false, code: "", at: "" };
      },
    });
    codec.decode(bytesOf({ ...BASE, score: 99, identityKeys: ["k"], excludedRepIds: ["r"], rejectedReason: "no" }));
    codec.decode(bytesOf(BASE));
    expect(seen[0]).toEqual(seen[1]);
  });
});
