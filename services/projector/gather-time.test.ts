import { describe, expect, it } from "vitest";
import { gatherMs } from "./gather-time.ts";

/** Gathers again and again what comes at one rate, and answers how long it then waits. */
function settledMs(recordsPerSecond: number, startMs: number): number {
  let waitedMs = startMs;
  for (let delivery = 0; delivery < 100; delivery += 1) waitedMs = gatherMs((recordsPerSecond * waitedMs) / 1000);
  return waitedMs;
}

describe("the time to gather records", () => {
  it("is short while few come, so that the store shows them soon, and also once a flood is over", () => {
    for (const startMs of [25, 100]) {
      expect(settledMs(0, startMs)).toBe(25);
      expect(settledMs(180, startMs)).toBe(25);
    }
  });

  it("is four times as long in a flood, whose transactions would hold the database", () => {
    for (const startMs of [25, 100]) {
      expect(settledMs(220, startMs)).toBe(100);
      expect(settledMs(100_000, startMs)).toBe(100);
    }
  });
});
