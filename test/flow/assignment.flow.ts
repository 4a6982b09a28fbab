import { beforeAll, describe, expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { planOf, repOf, repsOf, routed } from "../support/plan-builder.ts";

/** The lead of SPEC §11. */
const EXAMPLE = {
  externalId: "web-7731",
  source: { channel: "web_form", campaign: "spring", referrer: "https://example.com" },
  contact: { name: "Ana Ruiz", phone: "+13125550137", email: "ana@example.com" },
  company: { name: "Ruiz Tools" },
  location: { latitude: 41.88, longitude: -87.63 },
  product: "forklift",
  attributes: { employees: 40 },
  intent: { status: "interested", timing: "within_1_month" },
};
const CHICAGO = [-88, 41] as const;

/** A lead finds its owner, once, and everybody can read why. */
export function assignmentFlow(open: OpenFlow): void {
  describe("assignment", () => {
    let tenantOf: (tenantId: string) => Tenant;
    beforeAll(async () => {
      const flow = await open();
      tenantOf = (tenantId) => new Tenant(flow, tenantId);
    });

    it("gives the lead of the specification to the best fitting rep of its territory, and says why nobody else", async () => {
      const tenant = tenantOf("example");
      const absences = [{ fromMs: 0, toMs: Date.now() + 86_400_000 }];
      const reps = [
        { ...repOf("ana"), skills: { forklift: 5 } },
        { ...repOf("bo"), skills: { forklift: 2 } },
        { ...repOf("cy"), active: false },
        { ...repOf("dee", { privatePool: 0 }), skills: { forklift: 5 } },
        { ...repOf("eve"), absences },
        { ...repOf("fay"), seniority: 1 },
      ];
      const step = {
        strategy: "best_fit",
        preferredSkills: [{ skill: "{product}", level: 1 }],
        minSeniority: 2,
      } as const;
      const policies = [{ nodeId: "hq", segments: [routed(step)] }];
      await tenant.publish(planOf({ chicago: { square: CHICAGO, reps } }, { policies }));

      const lead = await tenant.lead(await tenant.post(EXAMPLE));
      expect(lead).toMatchObject({
        externalId: "web-7731",
        state: "owned",
        cycle: 1,
        owner: { repId: "ana", name: "Rep ana" },
        nodeId: "chicago",
        territoryId: "chicago-square",
        territoryRule: "polygon",
        poolId: null,
        planVersion: 1,
        source: EXAMPLE.source,
        product: "forklift",
        intent: EXAMPLE.intent,
      });
      expect(JSON.stringify(lead)).not.toMatch(/3125550137|ana@example/);

      const explanation = await tenant.explanation(lead.leadId);
      expect(explanation).toMatchObject({ outcome: "assigned", decisionId: lead.decisionId, isComplete: true });
      const verdicts = explanation.candidates.map(({ repId, verdict }) => [repId, verdict] as const);
      expect(Object.fromEntries(verdicts)).toEqual({
        ana: "chosen",
        bo: "lower_fit",
        cy: "inactive",
        dee: "private_pool_full",
        eve: "absent",
        fay: "seniority_too_low",
      });
      for (const { why } of explanation.candidates) expect(why).toMatch(/^Rep \w+/);
      // A later plan lists other reps in other places; the decision still means those of its own.
      await tenant.publish(planOf({ chicago: { square: CHICAGO, reps: repsOf(2) } }));
      expect(await tenant.explanation(lead.leadId)).toEqual(explanation);
      expect(await tenant.history(lead.leadId)).toMatchObject([
        { type: "assigned", via: "routed", from: null, to: { repId: "ana" }, operator: "router", planVersion: 1 },
      ]);
    });

    it("decides a lead once however often it is sent, and lets the same customer follow the first lead (D4, X4)", async () => {
      const tenant = tenantOf("duplicates");
      await tenant.publish(planOf({ chicago: { square: CHICAGO, reps: repsOf(3) } }));

      const ids = await Promise.all(Array.from({ length: 20 }, () => tenant.post(EXAMPLE)));
      expect(new Set(ids).size).toBe(1);
      const first = await tenant.lead(ids[0] ?? "");
      const again = {
        phone: { contact: { phone: "+1 (312) 555-0137" } },
        email: { contact: { email: "Ana Ruiz <ANA@example.com>" } },
      };
      for (const [channel, contact] of Object.entries(again)) {
        const leadId = await tenant.post({ ...EXAMPLE, ...contact, source: { channel } });
        expect(leadId).not.toBe(first.leadId);
        expect(await tenant.lead(leadId)).toMatchObject({ state: "duplicate", owner: null, duplicateOf: first.leadId });
      }
      expect(await tenant.history(first.leadId)).toHaveLength(1);
      expect(await tenant.load()).toMatchObject({ owned: 1, parked: 0, public: 0 });
    });

    it("parks a lead outside every territory until a plan covers it, and then lets it go out by itself", async () => {
      const tenant = tenantOf("uncovered");
      const chicago = { square: CHICAGO, reps: [repOf("ana")] };
      expect(await tenant.publish(planOf({ chicago }))).toBe(1);
      const leadId = await tenant.post(leadAt([10, 50], "far-away"));
      expect(await tenant.lead(leadId)).toMatchObject({ state: "parked", reason: "no_territory", planVersion: 1 });

      const europe = { square: [10, 50], reps: [repOf("bo")] } as const;
      expect(await tenant.publish(planOf({ chicago, europe }))).toBe(2);
      expect(await tenant.lead(leadId, ({ state }) => state === "owned")).toMatchObject({
        owner: { repId: "bo" },
        territoryId: "europe-square",
        planVersion: 2,
        cycle: 2,
      });
      expect(await tenant.explanation(leadId)).toMatchObject({ planVersion: 2, via: "rerouted" });
    });

    it("gives leads outside every territory to the default node where the plan names one", async () => {
      const tenant = tenantOf("default-node");
      const plan = planOf({ chicago: { square: CHICAGO, reps: [repOf("ana")] } }, { defaultNodeId: "chicago" });
      await tenant.publish(plan);
      const lead = await tenant.lead(await tenant.post(leadAt([10, 50], "far-away")));
      expect(lead).toMatchObject({ owner: { repId: "ana" }, territoryRule: "default", territoryId: "" });
    });
  });
}
