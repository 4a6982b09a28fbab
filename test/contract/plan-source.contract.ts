import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanSource } from "../../services/core/ports/plan-source.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";

export interface OpenedPlans {
  readonly plans: PlanSource;
  /** Forgets all plans. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export function planSourceContract(name: string, open: () => Promise<OpenedPlans>): void {
  describe(`${name} keeps the PlanSource contract`, () => {
    let database: OpenedPlans;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(() => database.empty());

    it("knows no plan of a tenant that published none", async () => {
      expect(await database.plans.latest("acme")).toBeNull();
      expect(await database.plans.version("acme", 1)).toBeNull();
      expect([...(await database.plans.latestVersions())]).toEqual([]);
    });

    it("numbers the plans of each tenant from 1 and keeps every version", async () => {
      const { plans } = database;
      const first = await plans.publish(planOf("acme", "north"));
      const second = await plans.publish(planOf("acme", "south"));
      const other = await plans.publish(planOf("zeta", "north"));
      expect([first.version, second.version, other.version]).toEqual([1, 2, 1]);
      expect(await plans.latest("acme")).toEqual({ ...planOf("acme", "south"), version: 2 });
      expect(await plans.version("acme", 1)).toEqual({ ...planOf("acme", "north"), version: 1 });
      expect([...(await plans.latestVersions())]).toEqual([
        ["acme", 2],
        ["zeta", 1],
      ]);
    });

    it("gives plans that are published at once different versions", async () => {
      const nodes = Array.from({ length: 60 }, (_, index) => `node-${index}`);
      const published = await Promise.all(nodes.map((node) => database.plans.publish(planOf("acme", node))));
      expect(published.map(({ version }) => version).sort((a, b) => a - b)).toEqual(nodes.map((_, index) => index + 1));
      for (const plan of published) expect(await database.plans.version("acme", plan.version)).toEqual(plan);
    });

    it("brings coordinates back to the last bit", async () => {
      const plan = planOf("acme", "north");
      expect((await database.plans.publish(plan)).territories).toEqual(plan.territories);
    });
  });
}

function planOf(tenantId: string, defaultNodeId: string): Omit<RoutingPlan, "version"> {
  const ring = [
    [0.1 + 0.2, 1 / 3],
    [Math.PI, -0.000_000_1],
    [5e-324, 1e21],
    [0.1 + 0.2, 1 / 3],
  ];
  return {
    tenantId,
    orgNodes: [],
    reps: [],
    territories: [
      {
        territoryId: "t",
        nodeId: "n",
        priority: 1,
        geometry: { type: "Polygon", coordinates: [ring] },
        codes: ["a\0b"],
      },
    ],
    accounts: [],
    predicates: [],
    pools: [],
    policies: [],
    scoreRules: [],
    defaultNodeId,
  };
}
