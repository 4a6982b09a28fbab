import { describe, expect, it } from "vitest";
import { checkPlan } from "../../services/core/domain/plan/check-plan.ts";
import { localTime } from "../../services/core/domain/rep/local-time.ts";
import { presenceOf } from "../../services/core/domain/rep/presence.ts";
import { createTerritoryLookup, resolveTerritory } from "../../services/core/domain/territory/resolve-territory.ts";
import { validateGeometry } from "../../services/core/domain/territory/validate-geometry.ts";
import { buildDemoPlan } from "../../services/fairlead/demo/build-plan.ts";
import { PRODUCTS } from "../../services/fairlead/demo/demo-products.ts";
import { countyShapes, loadGeography } from "../../services/fairlead/demo/geography.ts";
import { teamAreas } from "../../services/fairlead/demo/team-areas.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 16);
const SUNDAY_NIGHT_MS = Date.UTC(2026, 10, 22, 8);
const geography = await loadGeography();
const plan = buildDemoPlan({ seed: 7, nowMs: NOW_MS, geography });
const parentIds = new Set(plan.orgNodes.map((node) => node.parentId));
const leafIds = plan.orgNodes.map((node) => node.nodeId).filter((nodeId) => !parentIds.has(nodeId));

describe("the demo plan", () => {
  it("passes the check that every plan must pass before it is published", () => {
    expect(checkPlan(plan).findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("is the same for the same seed and hour, and another for another seed", () => {
    const again = buildDemoPlan({ seed: 7, nowMs: NOW_MS + 59_000, geography });
    expect(JSON.stringify(again)).toBe(JSON.stringify(plan));
    expect(JSON.stringify(buildDemoPlan({ seed: 8, nowMs: NOW_MS, geography }).reps)).not.toBe(
      JSON.stringify(plan.reps),
    );
  });

  it("has about 60 teams and 1,000 reps, with unique ids everywhere", () => {
    expect(plan.territories.length).toBeGreaterThanOrEqual(55);
    expect(plan.territories.length).toBeLessThanOrEqual(65);
    expect(plan.reps.length).toBeGreaterThan(960);
    expect(plan.reps.length).toBeLessThan(1040);
    for (const ids of [
      plan.orgNodes.map((node) => node.nodeId),
      plan.reps.map((rep) => rep.repId),
      plan.reps.map((rep) => rep.name),
      plan.orgNodes.map((node) => node.name),
      plan.territories.map((territory) => territory.territoryId),
      plan.pools.map((pool) => pool.poolId),
    ]) {
      expect(new Set(ids).size).toBe(ids.length);
    }
    for (const { nodeId } of plan.orgNodes) expect(nodeId).toMatch(/^[a-z0-9_]+$/u);
  });

  it("is one tree, with reps and territories on its leaves only", () => {
    const nodeIds = new Set(plan.orgNodes.map((node) => node.nodeId));
    const roots = plan.orgNodes.filter((node) => node.parentId === null);
    expect(roots).toHaveLength(1);
    for (const { parentId } of plan.orgNodes) expect(nodeIds).toContain(parentId ?? roots[0]!.nodeId);
    for (const rep of plan.reps) for (const nodeId of rep.nodeIds) expect(leafIds).toContain(nodeId);
    for (const { nodeId } of plan.territories) expect(leafIds).toContain(nodeId);
    for (const { nodeId } of plan.pools) expect(nodeIds).toContain(nodeId);
    for (const { nodeId } of plan.policies) expect(nodeIds).toContain(nodeId);
    expect(leafIds).toContain(plan.defaultNodeId);
  });

  it("puts every county in exactly one team", () => {
    const given = teamAreas(geography).flatMap((area) => area.counties.map((county) => county.fips));
    const all = countyShapes(geography.topology).map((county) => String(county.id));
    expect(given.toSorted()).toEqual(all.toSorted());
  });

  it("has territories that validation accepts as they are", () => {
    for (const { territoryId, geometry } of plan.territories) {
      const { findings } = validateGeometry(territoryId, geometry);
      // A hole may touch its shell in one point; nothing else is worth a remark.
      expect(findings.filter(({ code }) => code !== "ring-touches")).toEqual([]);
    }
  });

  it("gives each place on land to the team whose county it is in", () => {
    const lookup = createTerritoryLookup(plan.territories);
    const areas = teamAreas(geography);
    const teamOfCounty = new Map(areas.flatMap((area) => area.counties.map(({ fips }) => [fips, area.nodeId])));
    let differing = 0;
    for (const { latitudeDeg, longitudeDeg, countyFips } of geography.places) {
      const match = resolveTerritory(lookup, { latitudeDeg, longitudeDeg });
      const expected = teamOfCounty.get(countyFips);
      if (expected !== undefined && (match.kind !== "polygon" || match.territory.nodeId !== expected)) differing++;
    }
    // The atlas is simplified: some places by the sea or a county line fall on its other side.
    expect(differing / geography.places.length).toBeLessThan(0.02);
  });

  it("knows every state and county by its code", () => {
    const lookup = createTerritoryLookup(plan.territories);
    for (const adminCode of ["US-OH", "US-TX", "US-PR", "39049", "06037", "09001", "11001"]) {
      expect(resolveTerritory(lookup, { adminCode }).kind).toBe("code");
    }
  });
});

describe("the demo reps", () => {
  it("are at work at any hour, at least three in ten of each team", () => {
    for (const nodeId of leafIds) {
      const team = plan.reps.filter((rep) => rep.nodeIds[0] === nodeId);
      const atNight = team.filter((rep) => presenceOf(rep, SUNDAY_NIGHT_MS).state === "present");
      expect(atNight.length / team.length).toBeGreaterThanOrEqual(0.2);
      const roundTheClock = team.filter(
        (rep) => rep.workingHours.length === 0 || rep.workingHours.some((span) => span.toMinute === 1440),
      );
      expect(roundTheClock.length / team.length).toBeGreaterThanOrEqual(0.3);
    }
  });

  it("have a skilled colleague for every product in every team", () => {
    for (const nodeId of leafIds) {
      for (const product of PRODUCTS) {
        const skilled = plan.reps.filter((rep) => rep.nodeIds[0] === nodeId && (rep.skills[product] ?? 0) >= 3);
        expect(skilled.length).toBeGreaterThan(0);
      }
    }
  });

  it("have a known zone, sane limits, and some who are absent or have left", () => {
    for (const { timeZone, limits, fairnessWeight, seniority } of plan.reps) {
      expect(localTime(timeZone, NOW_MS).weekday).toBeGreaterThan(0);
      expect(limits.privatePool).toBeGreaterThanOrEqual(20);
      expect(limits.privatePool).toBeLessThanOrEqual(80);
      expect(fairnessWeight).toBeGreaterThan(0);
      expect([1, 2, 3, 4, 5]).toContain(seniority);
    }
    const states = plan.reps.map((rep) => presenceOf(rep, NOW_MS).state);
    for (const state of ["inactive", "absent"]) {
      const share = states.filter((other) => other === state).length / states.length;
      expect(share).toBeGreaterThan(0.01);
      expect(share).toBeLessThan(0.06);
    }
    expect(plan.reps.some((rep) => rep.nodeIds.length === 2)).toBe(true);
  });
});
