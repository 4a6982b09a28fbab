import { describe, expect, it } from "vitest";
import { decision } from "../../core/domain/decision/records.fixture.ts";
import { DECISION_VIAS, PARK_REASONS, TERRITORY_RULES, type Decision } from "../../core/domain/decision/log-record.ts";
import { createOrgTree } from "../../core/domain/organisation/org-tree.ts";
import type { Pool } from "../../core/domain/pool/pool.ts";
import { summariseDecision } from "./summarise-decision.ts";

const tree = createOrgTree([{ nodeId: "team", parentId: null, name: "Team North" }]);
const plan = { tree, pool: (poolId: string) => ({ poolId, name: "North pool" }) as Pool };
const summary = (changes: Partial<Decision>): string =>
  summariseDecision(decision(1, "ana", changes), plan, (repId) => (repId === "ana" ? "Ana Ruiz" : repId));
const asked = (count: number) => ({
  step: 0,
  counted: [],
  candidates: Array.from(
    { length: count },
    (_, repIndex) => ({ repIndex, verdict: "absent", fit: 0, gap: 0 }) as const,
  ),
});

describe("the summary of a decision", () => {
  it("says where the lead belongs and who got it, out of how many", () => {
    const where = "The lead is for Team North, by its place on the map.";
    expect(summary({})).toBe(`${where} Ana Ruiz was given it.`);
    expect(summary({ explanation: asked(2) })).toBe(`${where} Ana Ruiz was given it. 1 other rep was considered.`);
    expect(summary({ explanation: asked(5) })).toBe(`${where} Ana Ruiz was given it. 4 other reps were considered.`);
    expect(summary({ outcome: { kind: "public", poolId: "p" } })).toBe(`${where} It went to the pool North pool.`);
    expect(summary({ nodeId: "", territoryRule: "none", outcome: { kind: "parked", reason: "no_territory" } })).toBe(
      "No rule placed the lead. It waits: no territory claims it.",
    );
  });

  it("has words instead of codes for every rule, way and reason to wait", () => {
    const all = [
      ...TERRITORY_RULES.map((territoryRule) => summary({ territoryRule })),
      ...DECISION_VIAS.map((via) => summary({ via })),
      ...PARK_REASONS.map((reason) => summary({ outcome: { kind: "parked", reason } })),
    ];
    expect(new Set(all).size).toBeGreaterThanOrEqual(all.length - 1);
    for (const text of all) expect(text).toMatch(/^The lead is for Team North, [a-z ]+\. [A-Za-z :]+\.$/);
  });
});
