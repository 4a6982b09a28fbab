import { describe, expect, it } from "vitest";
import type { CapturedLead } from "./captured-lead.ts";
import { createPrepareLead } from "./prepare-lead.ts";

const NOW_MS = 1_800_000_000_000;
const vault = {
  identityKey: (tenantId: string, kind: string, value: string) => `${tenantId}|${kind}|${value}`,
  seal: (tenantId: string, leadId: string) => Buffer.from(`${tenantId}|${leadId}`),
};
const prepare = createPrepareLead({ vault, clock: () => NOW_MS });
const defaults = { tenantId: "t1", leadId: () => "generated" };

const captured: CapturedLead = {
  tenantId: "",
  leadId: "",
  externalId: "web-1",
  source: { channel: "web_form", campaign: "", referrer: "" },
  contact: { name: "A", phone: "+1 (312) 555-0137", email: "Ana <ANA@Example.com>" },
  company: { name: "Ruiz Tools, Inc.", registrationNumber: "" },
  location: { latitudeDeg: 41.88, longitudeDeg: -87.63, datum: "", postalCode: "", adminCode: "", address: "" },
  product: " forklift ",
  language: "EN",
  attributes: {},
  intent: { status: null, timing: null },
  capturedAtMs: 0,
};

describe("prepareLead", () => {
  it("takes the same external id and channel for the same lead, and another channel for another", () => {
    const first = prepare(captured, defaults).facts.leadId;
    expect(prepare({ ...captured, product: "crane" }, defaults).facts.leadId).toBe(first);
    expect(prepare({ ...captured, source: { ...captured.source, channel: "fair" } }, defaults).facts.leadId).not.toBe(
      first,
    );
    expect(prepare(captured, { ...defaults, tenantId: "t2" }).facts.leadId).not.toBe(first);
    expect(prepare({ ...captured, externalId: "" }, defaults).facts.leadId).toBe("generated");
  });

  it("identifies by normalised phone and e-mail; Name <ADDR> equals addr (D4)", () => {
    expect(prepare(captured, defaults).facts.identityKeys).toEqual([
      "t1|phone|+13125550137",
      "t1|email|ana@example.com",
    ]);
    const plain = { ...captured, contact: { name: "", phone: "＋１ 312 555 0137", email: "ana@example.com" } };
    expect(prepare(plain, defaults).facts.identityKeys).toEqual(["t1|phone|+13125550137", "t1|email|ana@example.com"]);
  });

  it("rejects a lead whose only ways to be reached are impossible, and keeps one with a way left", () => {
    const impossible = { name: "A", phone: "+1 23", email: "" };
    expect(prepare({ ...captured, contact: impossible }, defaults).rejectedReason).toBe("unreachable_contact");
    expect(prepare({ ...captured, contact: { ...impossible, email: "a@b.co" } }, defaults).rejectedReason).toBe("");
    expect(prepare({ ...captured, contact: { name: "", phone: "", email: "" } }, defaults).rejectedReason).toBe("");
  });

  it("leaves no contact in clear", () => {
    const text = JSON.stringify(
      prepare({ ...captured, contact: { ...captured.contact, name: "Canary" } }, defaults).facts,
    );
    expect(text).not.toContain("Canary");
  });

  it("converts GCJ-02 and leaves WGS-84 alone", () => {
    const beijing = {
      ...captured.location,
      latitudeDeg: 39.916_404,
      longitudeDeg: 116.410_244,
      datum: "GCJ-02" as const,
    };
    const { location } = prepare({ ...captured, location: beijing }, defaults).facts;
    expect(location.latitudeDeg).toBeCloseTo(39.915, 3);
    expect(location.longitudeDeg).toBeCloseTo(116.404, 3);
    expect(prepare(captured, defaults).facts.location.latitudeDeg).toBe(41.88);
  });

  it("does not believe a capture in the future", () => {
    expect(prepare({ ...captured, capturedAtMs: NOW_MS + 1 }, defaults).facts.capturedAtMs).toBe(NOW_MS);
    expect(prepare({ ...captured, capturedAtMs: NOW_MS - 5 }, defaults).facts.capturedAtMs).toBe(NOW_MS - 5);
  });
});
