import { describe, expect, it } from "vitest";
import { demoBanner } from "../../services/fairlead/demo/banner.ts";
import { createStatusLine, formatStatusLine } from "../../services/fairlead/demo/status-line.ts";

const FIGURES = {
  captured: 12_345,
  owned: 9876,
  parked: 12,
  public: 345,
  converted: 567,
  p99DecisionMs: 7.2,
  leadsPerSecond: 50,
};

function record(output: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { written, line: createStatusLine({ ...output, write: (text: string) => written.push(text) }) };
}

describe("the status line", () => {
  it("says it all in one line", () => {
    expect(formatStatusLine(FIGURES)).toBe(
      "captured 12,345 · owned 9,876 · parked 12 · public 345 · converted 567 · p99 capture → decision 7 ms · 50 leads/s",
    );
    expect(formatStatusLine({ ...FIGURES, p99DecisionMs: null, leadsPerSecond: 2.5 })).toMatch(
      /decision – · 2\.5 leads/u,
    );
  });

  it("rewrites itself in a terminal, cut to its width", () => {
    const { written, line } = record({ isTTY: true, columns: 40 });
    line.show(FIGURES, 0);
    line.show(FIGURES, 100);
    line.end();
    expect(written).toHaveLength(3);
    expect(written[1]).toMatch(/^\rcaptured 12,345/u);
    expect(written[1]!.length).toBeLessThanOrEqual(1 + 39 + 3);
    expect(written[2]).toBe("\n");
  });

  it("writes a line every ten seconds elsewhere", () => {
    const { written, line } = record({});
    for (let second = 0; second <= 20; second++) line.show(FIGURES, second * 1000);
    line.end();
    expect(written).toHaveLength(3);
    expect(written.every((text) => text.endsWith("leads/s\n"))).toBe(true);
  });
});

describe("the banner", () => {
  it("has a command to paste for each thing to look at", () => {
    const text = demoBanner({
      baseUrl: "http://127.0.0.1:8080/",
      leadId: "L1",
      repId: "rep_us_oh_1_07",
      poolId: "pool_us_oh_1",
      near: "40.0,-82.9",
      nodeId: "us_oh",
    });
    for (const path of [
      "/v1/leads/L1",
      "/v1/leads/L1/explanation",
      "/v1/leads/L1/history",
      "/v1/reps/rep_us_oh_1_07/private-pool",
      "/v1/pools/pool_us_oh_1/leads?near=40.0,-82.9",
      "/v1/org/us_oh/load",
      "/v1/stream",
      "/metrics",
    ]) {
      expect(text).toContain(`http://127.0.0.1:8080${path}`);
    }
  });
});
