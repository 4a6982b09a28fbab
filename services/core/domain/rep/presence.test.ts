import { describe, expect, it } from "vitest";
import { isTimeZone, localTime } from "./local-time.ts";
import { presenceOf } from "./presence.ts";
import type { Rep } from "./rep.ts";

const rep: Rep = {
  repId: "r1",
  name: "Rep 1",
  nodeIds: ["team"],
  active: true,
  skills: {},
  languages: ["en"],
  timeZone: "America/Chicago",
  workingHours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 8 * 60, toMinute: 18 * 60 })),
  absences: [],
  seniority: 1,
  fairnessWeight: 1,
  limits: { privatePool: 1, loadMilli: null, intake: [], claimsPerDay: null },
};
const at = (iso: string): number => Date.parse(iso);

describe("localTime", () => {
  it("knows weekday and minute of a zone", () => {
    expect(localTime("Asia/Shanghai", at("2026-11-22T16:30:00Z"))).toEqual({ weekday: 1, minute: 30 });
    expect(localTime("UTC", at("1969-12-31T23:59:00Z"))).toEqual({ weekday: 3, minute: 1439 });
  });

  it("follows a change to winter time to the minute", () => {
    // Chicago falls back at 07:00 UTC on 2026-11-01: 01:59 CDT is followed by 01:00 CST.
    expect(localTime("America/Chicago", at("2026-11-01T06:59:00Z")).minute).toBe(119);
    expect(localTime("America/Chicago", at("2026-11-01T07:00:00Z")).minute).toBe(60);
  });

  it("knows a zone from a misspelt one", () => {
    expect(isTimeZone("Asia/Kathmandu")).toBe(true);
    expect(isTimeZone("Mars/Olympus")).toBe(false);
  });
});

describe("presenceOf", () => {
  it("begins with the shift and ends with it, exclusive", () => {
    expect(presenceOf(rep, at("2026-11-23T13:59:59.999Z")).state).toBe("off_shift");
    expect(presenceOf(rep, at("2026-11-23T14:00:00Z")).state).toBe("present");
    expect(presenceOf(rep, at("2026-11-23T23:59:59.999Z")).state).toBe("present");
    expect(presenceOf(rep, at("2026-11-24T00:00:00Z")).state).toBe("off_shift");
  });

  it("never answers beyond the next change", () => {
    const before = at("2026-11-23T13:58:30Z");
    expect(presenceOf(rep, before)).toEqual({ state: "off_shift", untilMs: at("2026-11-23T14:00:00Z") });
  });

  it("puts leaving before absence before shift", () => {
    const noon = at("2026-11-23T18:00:00Z");
    const absences = [{ fromMs: noon - 1, toMs: noon + 1 }];
    expect(presenceOf({ ...rep, absences }, noon)).toEqual({ state: "absent", untilMs: noon + 1 });
    expect(presenceOf({ ...rep, absences }, noon + 1).state).toBe("present");
    expect(presenceOf({ ...rep, absences, active: false }, noon).state).toBe("inactive");
  });

  it("announces a coming absence as the end of presence", () => {
    const noon = at("2026-11-23T18:00:00Z");
    const absences = [{ fromMs: noon + 5_000, toMs: noon + 9_000 }];
    expect(presenceOf({ ...rep, absences }, noon)).toEqual({ state: "present", untilMs: noon + 5_000 });
  });

  it("takes empty working hours for always on shift", () => {
    expect(presenceOf({ ...rep, workingHours: [] }, at("2026-11-22T03:00:00Z")).state).toBe("present");
  });
});
