import { describe, expect, it } from "vitest";
import { FACTS } from "../decision/records.fixture.ts";
import { REOPENED } from "../decision/fold.ts";
import type { LeadRequest } from "../lead/lead.ts";
import { compilePlan } from "../plan/compile-plan.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { matchLead, PARKED_RETRY } from "./match-lead.ts";

const AT_MS = Date.parse("2026-11-23T12:00:00Z");

const compiled = compilePlan({
  tenantId: "t",
  version: 7,
  orgNodes: [{ nodeId: "root", parentId: null, name: "Root" }],
  reps: [],
  territories: [],
  accounts: [],
  predicates: [],
  pools: [],
  policies: [],
  scoreRules: [],
  defaultNodeId: "root",
});

const request = (changes: Partial<LeadRequest> = {}): LeadRequest => ({
  facts: { ...FACTS, identityKeys: ["phone"] },
  sealedContact: new Uint8Array(),
  cycle: 1,
  rerouteReason: "",
  excludedRepIds: [],
  rejectedReason: "",
  ...changes,
});

describe("a lead that matching fails for", () => {
  const defect = new TypeError("a defect");
  const broken: CompiledPlan = Object.create(compiled, {
    place: {
      value() {
        throw defect;
      },
    },
  });

  it("is parked with the failure, and keeps its identity", () => {
    const { item, placement, failure } = matchLead(broken, request(), AT_MS);
    expect(failure).toBe(defect);
    expect(placement).toEqual({ nodeId: null, territoryId: "", rule: "none" });
    expect(item).toMatchObject({
      cycle: 1,
      lists: [],
      identityKeys: ["phone"],
      otherwise: { kind: "parked", reason: "match_failed" },
    });
  });

  it("changes nothing when it is tried again and fails again", () => {
    const again = request({ cycle: 2, rerouteReason: PARKED_RETRY });
    expect(matchLead(broken, again, AT_MS).item.otherwise).toEqual({ kind: "refuse" });
    expect(matchLead(compiled, again, AT_MS).failure).toBeUndefined();
  });
});

describe("the identity of a customer", () => {
  const item = (cycle: number, rerouteReason: string) =>
    matchLead(compiled, request({ cycle, rerouteReason }), AT_MS).item;

  it("comes with a lead that is new or came back after its end, and with no other (D4)", () => {
    expect(item(1, "")).toMatchObject({ via: "routed", identityKeys: ["phone"] });
    expect(item(3, `${REOPENED}called back`)).toMatchObject({ via: "routed", identityKeys: ["phone"] });
    expect(item(2, PARKED_RETRY)).toMatchObject({ via: "rerouted", identityKeys: [] });
    expect(item(2, "sent back")).toMatchObject({ via: "rerouted", identityKeys: [] });
  });
});
