import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FACTS } from "../decision/records.fixture.ts";
import type { LeadFacts, LeadRequest } from "../lead/lead.ts";
import type { Segment, Step } from "../matching/policy.ts";
import { byPriority, matchLead } from "../matching/match-lead.ts";
import type { Rep } from "../rep/rep.ts";
import { compilePlan } from "./compile-plan.ts";
import type { RoutingPlan } from "./routing-plan.ts";

const MONDAY_NOON_MS = Date.parse("2026-11-23T12:00:00Z");

const rep = (repId: string, changes: Partial<Rep> = {}): Rep => ({
  repId,
  name: repId,
  nodeIds: ["team"],
  active: true,
  skills: { forklift: 3 },
  languages: ["en"],
  timeZone: "UTC",
  workingHours: [],
  absences: [],
  seniority: 3,
  fairnessWeight: 1,
  limits: { privatePool: 10, loadMilli: null, intake: [], claimsPerDay: 5 },
  ...changes,
});

const step: Step = {
  requiredSkills: [{ skill: "{product}", level: 3 }],
  languageRequired: true,
  preferredSkills: [],
  minSeniority: 0,
  strategy: "fair_fit",
  fairnessBound: 2,
  afterWaitMs: 0,
  scope: "team",
};
const segment: Segment = { name: "all", when: [], loadMilli: 1000, steps: [step], fallback: { kind: "parked" } };

const square = (west: number) => ({
  type: "Polygon" as const,
  coordinates: [
    [
      [west, 0],
      [west + 10, 0],
      [west + 10, 10],
      [west, 10],
      [west, 0],
    ],
  ],
});

const plan: RoutingPlan = {
  tenantId: "t",
  version: 7,
  orgNodes: [
    { nodeId: "root", parentId: null, name: "Root" },
    { nodeId: "team", parentId: "root", name: "Team" },
    { nodeId: "other", parentId: "root", name: "Other" },
  ],
  reps: [rep("a"), rep("b", { skills: { forklift: 5 } }), rep("c", { skills: {} }), rep("d", { nodeIds: ["other"] })],
  territories: [
    { territoryId: "west", nodeId: "team", priority: 1, geometry: square(0), codes: ["postal:60"] },
    { territoryId: "east", nodeId: "other", priority: 1, geometry: square(10), codes: [] },
  ],
  accounts: [{ companyKey: "acme", nodeId: "other" }],
  predicates: [
    { predicateId: "cranes", nodeId: "other", when: [{ field: "product", operator: "equals", value: "crane" }] },
  ],
  pools: [{ poolId: "pool", nodeId: "root", name: "Pool", enabled: true, coolDownMs: 0, freezeMs: 0 }],
  policies: [{ nodeId: "root", segments: [segment] }],
  scoreRules: [
    { name: "big", when: [{ field: "attributes.employees", operator: "at_least", value: 500 }], points: 60 },
  ],
  defaultNodeId: null,
};

const facts = (changes: Partial<LeadFacts> = {}): LeadFacts => ({
  ...FACTS,
  product: "forklift",
  location: { ...FACTS.location, latitudeDeg: 5, longitudeDeg: 5 },
  ...changes,
});
const request = (changes: Partial<LeadFacts> = {}): LeadRequest => ({
  facts: facts(changes),
  sealedContact: new Uint8Array(),
  cycle: 1,
  rerouteReason: "",
  excludedRepIds: [],
  rejectedReason: "",
});

describe("a compiled plan places leads", () => {
  const compiled = compilePlan(plan);

  it("by account, then predicate, then polygon, then code, then default", () => {
    expect(compiled.place(facts({ companyKey: "acme", product: "crane" })).rule).toBe("account");
    expect(compiled.place(facts({ product: "crane" })).rule).toBe("predicate");
    expect(compiled.place(facts())).toEqual({ nodeId: "team", territoryId: "west", rule: "polygon" });
    const noPoint = { ...FACTS.location, postalCode: "60601" };
    expect(compiled.place(facts({ location: noPoint })).rule).toBe("code");
    expect(compiled.place(facts({ location: FACTS.location }))).toMatchObject({ nodeId: null, rule: "none" });
    const withDefault = compilePlan({ ...plan, defaultNodeId: "other" });
    expect(withDefault.place(facts({ location: FACTS.location }))).toMatchObject({ nodeId: "other", rule: "default" });
  });

  it("with the cover of the plan before while no territory changes, and with one of its own once one does", () => {
    const published = (changes: Partial<RoutingPlan>): RoutingPlan => ({
      ...structuredClone(plan),
      version: 8,
      ...changes,
    });
    const sameCover = compilePlan(published({ reps: [] }), compiled);
    expect(sameCover.territories).toBe(compiled.territories);
    expect(sameCover.plan).toEqual(published({ reps: [] }));
    expect(sameCover.place(facts())).toMatchObject({ nodeId: "team", territoryId: "west" });

    const moved = compilePlan(
      published({ territories: plan.territories.map((territory) => ({ ...territory, nodeId: "other" })) }),
      compiled,
    );
    expect(moved.place(facts())).toMatchObject({ nodeId: "other", territoryId: "west" });
    const shrunk = compilePlan(published({ territories: plan.territories.slice(1) }), compiled);
    expect(shrunk.place(facts()).rule).toBe("none");
  });

  it("on a shared border always in the same one of two", () => {
    const border = { ...FACTS.location, latitudeDeg: 5, longitudeDeg: 10 };
    expect(compiled.place(facts({ location: border })).territoryId).toBe("east");
  });
});

describe("a compiled plan finds candidates", () => {
  const list = (compiled = compilePlan(plan), changes: Partial<LeadRequest> = {}) =>
    matchLead(compiled, { ...request(), ...changes }, MONDAY_NOON_MS).item.lists[0];

  it("keeps who passes, ordered by id, with fit, and says why not of the others", () => {
    const found = list();
    expect(found?.candidates.map(({ grant, fit }) => [grant.repId, fit])).toEqual([
      ["a", 6200],
      ["b", 9000],
    ]);
    expect(found?.filtered).toEqual([{ repIndex: 2, verdict: "skill_missing", fit: 0, gap: 3 }]);
  });

  it("gives leads of one profile the same list object, so that a batch sends it once", () => {
    const compiled = compilePlan(plan);
    expect(list(compiled)).toBe(list(compiled));
  });

  it("gives nothing to who left, is away, or is excluded (A3)", () => {
    const reps = [
      rep("a", { active: false }),
      rep("b", { absences: [{ fromMs: MONDAY_NOON_MS, toMs: MONDAY_NOON_MS + 1 }] }),
      rep("c"),
    ];
    const found = list(compilePlan({ ...plan, reps }), { excludedRepIds: ["c"] });
    expect(found?.candidates).toEqual([]);
    expect(found?.filtered.map(({ repIndex, verdict }) => [repIndex, verdict])).toEqual([
      [0, "inactive"],
      [1, "absent"],
      [2, "excluded"],
    ]);
  });

  it("calls the roster anew at the millisecond an absence ends", () => {
    const reps = [rep("a", { absences: [{ fromMs: 0, toMs: MONDAY_NOON_MS + 1 }] })];
    const compiled = compilePlan({ ...plan, reps });
    expect(matchLead(compiled, request(), MONDAY_NOON_MS).item.lists[0]?.candidates).toHaveLength(0);
    expect(matchLead(compiled, request(), MONDAY_NOON_MS + 1).item.lists[0]?.candidates).toHaveLength(1);
  });

  it("relaxes to wider steps only after their wait, in order (D8)", () => {
    const wider: Step = { ...step, requiredSkills: [], scope: "parent", afterWaitMs: 1000 };
    const relaxing = { ...plan, policies: [{ nodeId: "root", segments: [{ ...segment, steps: [step, wider] }] }] };
    const compiled = compilePlan(relaxing);
    const lists = (waitedMs: number) =>
      matchLead(compiled, request({ capturedAtMs: MONDAY_NOON_MS - waitedMs }), MONDAY_NOON_MS).item.lists;
    expect(lists(999)).toHaveLength(1);
    expect(lists(1000)[1]?.candidates.map(({ grant }) => grant.repId)).toEqual(["a", "b", "c", "d"]);
  });

  it("names no territory, no candidate and no capacity apart", () => {
    const otherwise = (changes: Partial<LeadFacts>) =>
      matchLead(compilePlan(plan), request(changes), MONDAY_NOON_MS).item.otherwise;
    expect(otherwise({ location: FACTS.location })).toEqual({ kind: "parked", reason: "no_territory" });
    expect(otherwise({ language: "fr" })).toEqual({ kind: "parked", reason: "no_candidate" });
    expect(otherwise({})).toEqual({ kind: "parked", reason: "no_capacity" });
  });
});

describe("the order of a batch", () => {
  it("is by waiting, score, capture and id, whatever the order of the input (D7)", () => {
    const compiled = compilePlan(plan);
    const leads = [
      request({ leadId: "big", attributes: { employees: 500 }, capturedAtMs: 9 }),
      request({ leadId: "early", capturedAtMs: 1 }),
      request({ leadId: "late", capturedAtMs: 2 }),
      { ...request({ leadId: "waiting", capturedAtMs: 5 }), rerouteReason: "parked_retry" },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(leads, { minLength: 4 }), (shuffled) => {
        const matched = shuffled.map((lead) => matchLead(compiled, lead, MONDAY_NOON_MS)).sort(byPriority);
        expect(matched.map(({ facts: { leadId } }) => leadId)).toEqual(["waiting", "big", "early", "late"]);
      }),
    );
  });
});
