import { isPossiblePhoneNumber } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { busyness, createArrival } from "../../services/fairlead/demo/arrival.ts";
import { buildDemoPlan } from "../../services/fairlead/demo/build-plan.ts";
import { loadGeography } from "../../services/fairlead/demo/geography.ts";
import { loadAreaCodes } from "../../services/fairlead/demo/lead-contact.ts";
import { createDemoLeads } from "../../services/fairlead/demo/lead-stream.ts";
import type { DemoLead } from "../../services/fairlead/demo/lead-stream.ts";
import { randomAt } from "../../services/fairlead/demo/seeded-random.ts";

const HOUR_MS = 3_600_000;
/** A Tuesday, eleven in New York and eight in Los Angeles. */
const NOW_MS = Date.UTC(2026, 10, 24, 16);
const geography = await loadGeography();
const areaCodes = await loadAreaCodes();
const plan = buildDemoPlan({ seed: 7, nowMs: NOW_MS, geography });

function leads(count: number, startIndex = 0, seed = 7): DemoLead[] {
  const { places } = geography;
  const stream = createDemoLeads({ seed, plan, startIndex, places, areaCodes, clock: () => NOW_MS });
  return Array.from({ length: count }, () => stream.next().value);
}

const SAMPLE = leads(40_000);
const share = (test: (lead: DemoLead) => boolean): number => SAMPLE.filter(test).length / SAMPLE.length;

describe("the demo leads", () => {
  it("are the same for the same seed, from whatever index they start", () => {
    expect(leads(100, 5000)).toEqual(SAMPLE.slice(5000, 5100));
    expect(leads(100, 0, 8)).not.toEqual(SAMPLE.slice(0, 100));
  });

  it("survive JSON unchanged and carry everything the door asks for", () => {
    for (const lead of SAMPLE.slice(0, 1000)) {
      expect(JSON.parse(JSON.stringify(lead))).toEqual(lead);
      expect(lead.source.channel).not.toBe("");
      expect(lead.contact.name).toMatch(/^Buyer \d{6,}$/u);
    }
    expect(new Set(SAMPLE.map((lead) => lead.externalId)).size).toBe(SAMPLE.length);
  });

  it("reach nobody: reserved domains, and phone numbers kept for fiction", () => {
    const emails = SAMPLE.flatMap(({ contact }) => contact.email ?? []);
    const phones = SAMPLE.flatMap(({ contact }) => contact.phone ?? []);
    expect(emails.filter((email) => !/^buyer\d+@example\.(com|org|net)$/u.test(email))).toEqual([]);
    expect(phones.filter((phone) => !/^\+1(\d{3}55501\d{2}|555\d{2})$/u.test(phone))).toEqual([]);
    expect(emails.length + phones.length).toBeGreaterThan(SAMPLE.length);
  });

  it("repeat a phone or an e-mail in one of 25, over another channel", () => {
    const firstChannel = new Map<string, string>();
    let repeated = 0;
    let sameChannel = 0;
    for (const { contact, source } of SAMPLE) {
      const keys = [contact.phone, contact.email].filter((key) => key !== undefined);
      const earlier = keys.map((key) => firstChannel.get(key)).find((channel) => channel !== undefined);
      if (earlier !== undefined && contact.phone?.length !== "+155500".length) {
        repeated++;
        if (source.channel === earlier) sameChannel++;
      }
      if (earlier === undefined) for (const key of keys) firstChannel.set(key, source.channel);
    }
    expect(sameChannel).toBe(0);
    expect(repeated / SAMPLE.length).toBeGreaterThan(0.035);
    expect(repeated / SAMPLE.length).toBeLessThan(0.045);
  });

  it("are mixed as documented", () => {
    const borders = new Set(plan.territories.flatMap(({ geometry }) => JSON.stringify(geometry).match(/-?\d[\d.]*/gu)));
    const onBorder = share(({ location: { latitude } }) => latitude !== undefined && borders.has(String(latitude)));
    expect(onBorder).toBeGreaterThan(0.007);
    expect(onBorder).toBeLessThan(0.02);
    expect(share(({ location }) => location.latitude === undefined)).toBeCloseTo(0.03, 2);
    expect(share(({ location }) => location.latitude === undefined && !location.adminCode)).toBeCloseTo(0.01, 2);
    expect(share(({ contact }) => contact.phone !== undefined && !isPossiblePhoneNumber(contact.phone))).toBeCloseTo(
      0.005,
      2,
    );
    expect(share(({ attributes }) => Number(attributes["employees"] ?? 0) >= 500)).toBeCloseTo(0.05, 1);
    expect(share(({ language }) => language === "en")).toBeCloseTo(0.86, 1);
    expect(new Set(SAMPLE.map((lead) => lead.source.channel)).size).toBe(8);
  });

  it("come at 50,000 a second or faster", () => {
    leads(20_000);
    const startedMs = performance.now();
    leads(20_000);
    // The machine may be busy with other suites, so the bound is loose; alone it is some 200,000 a second.
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

function westernShare(atMs: number): number {
  const placeOf = createArrival(geography.places, () => atMs);
  const random = randomAt(1, 1);
  const zones = Array.from({ length: 20_000 }, () => placeOf(random).zone);
  return zones.filter((zone) => zone === "America/Los_Angeles").length / zones.length;
}

describe("the arrival of leads", () => {
  it("is busy by day and quiet by night, less on weekends", () => {
    expect(busyness("America/New_York", Date.UTC(2026, 10, 24, 15))).toBe(1);
    expect(busyness("America/New_York", Date.UTC(2026, 10, 24, 8))).toBeLessThan(0.1);
    expect(busyness("America/New_York", Date.UTC(2026, 10, 22, 15))).toBeCloseTo(0.45, 5);
  });

  it("follows the sun: the west sends more of the leads in its own day", () => {
    const eastMorning = westernShare(NOW_MS - 3 * HOUR_MS);
    const westEvening = westernShare(NOW_MS + 11 * HOUR_MS);
    expect(eastMorning).toBeLessThan(0.08);
    expect(westEvening).toBeGreaterThan(0.15);
  });

  it("weighs places as the Census counts their states", () => {
    const weight = (code: string): number =>
      geography.places.filter((place) => place.stateCode === code).reduce((sum, place) => sum + place.weight, 0);
    expect(geography.places.reduce((sum, place) => sum + place.weight, 0)).toBeCloseTo(1, 9);
    expect(weight("CA")).toBeCloseTo(39_538 / 335_000, 2);
    expect(weight("WY")).toBeLessThan(0.003);
  });
});
