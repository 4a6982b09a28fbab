import { beforeAll, describe, expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, leadsAt, Tenant, type Load } from "../support/flow-tenant.ts";
import { until } from "../support/flow-until.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;

const lines = (count: number): readonly string[] => leadsAt(SQUARE, count).map((lead) => JSON.stringify(lead));
const decided = ({ owned, parked }: Load): number => owned + parked;
const ownedByRep = ({ items }: Load): readonly number[] => items.map(({ owned }) => owned);

/** Limits hold whatever comes, and freed capacity goes to whoever waits. */
export function capacityFlow(open: OpenFlow): void {
  describe("capacity", () => {
    let tenantOf: (tenantId: string) => Tenant;
    beforeAll(async () => {
      const flow = await open();
      tenantOf = (tenantId) => new Tenant(flow, tenantId);
    });

    it("parks what nobody has room for, and gives every slot that is freed to the lead that waits (A6)", async () => {
      const tenant = tenantOf("freed");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(2, { privatePool: 2 }) } }));
      const leads = await tenant.postInTurn(leadsAt(SQUARE, 5));
      expect(leads.map(({ state }) => state)).toEqual(["owned", "owned", "owned", "owned", "parked"]);
      expect(ownedByRep(await tenant.load())).toEqual([2, 2]);
      const [first, second, third, , fifth] = leads;
      expect(fifth).toMatchObject({ reason: "no_capacity" });

      const released = await tenant.act(first?.leadId ?? "", "release", { reason: "wrong product" });
      expect(released.body).toMatchObject({ state: "public", poolId: "team-pool", owner: null });
      const waited = await tenant.lead(fifth?.leadId ?? "", ({ state }) => state === "owned");
      expect(waited).toMatchObject({ owner: first?.owner, cycle: 2 });

      const sixth = await tenant.lead(await tenant.post(leadAt(SQUARE, "lead-6")));
      expect(sixth).toMatchObject({ state: "parked" });
      expect((await tenant.act(second?.leadId ?? "", "close", { reason: "no_need" })).status).toBe(200);
      expect(await tenant.lead(sixth.leadId, ({ state }) => state === "owned")).toMatchObject({
        owner: second?.owner,
      });

      // Back in the pool and not waiting: nobody gets the first lead but by a claim.
      const repId = third?.owner?.repId;
      expect((await tenant.act(first?.leadId ?? "", "claim", { repId })).body).toMatchObject({
        code: "private_pool_full",
      });
      expect((await tenant.act(third?.leadId ?? "", "convert")).status).toBe(200);
      const claimed = await until(
        () => tenant.act(first?.leadId ?? "", "claim", { repId }),
        ({ status }) => status === 200,
      );
      expect(claimed.body).toMatchObject({ owner: { repId }, cycle: 2 });
      expect(ownedByRep(await tenant.load())).toEqual([2, 2]);
    });

    it("keeps the intake window of each rep, and lets the last lead out when the window moves (A5)", async () => {
      const tenant = tenantOf("window");
      const lengthMs = 4_000;
      const intake = [{ lengthMs, limit: 2, channel: null }];
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(2, { intake }) } }));
      await tenant.bulk(lines(5));
      const before = await tenant.load("hq", (load) => decided(load) === 5);
      expect(before).toMatchObject({ owned: 4, parked: 1 });
      expect(ownedByRep(before)).toEqual([2, 2]);

      const after = await tenant.load("hq", ({ owned }) => owned === 5);
      const [most] = [...after.items].sort((a, b) => b.owned - a.owned);
      const pool = await tenant.pages<{ since: string }>(`/v1/reps/${most?.repId}/private-pool`, 50);
      const [oldest = 0, , latest = 0] = pool.flat().map(({ since }) => Date.parse(since));
      expect(latest - oldest).toBeGreaterThanOrEqual(lengthMs);
    });

    it("gives out exactly the 100 slots there are when 1,000 leads come at once (X2)", async () => {
      const tenant = tenantOf("scarce");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(10, { privatePool: 10 }) } }));
      const outcomes = await tenant.bulk(lines(1_000));
      expect(outcomes.filter(({ status }) => status === "accepted")).toHaveLength(1_000);
      const load = await tenant.load("hq", (load) => decided(load) === 1_000);
      expect(load).toMatchObject({ owned: 100, parked: 900, public: 0 });
      expect(ownedByRep(load)).toEqual(Array.from({ length: 10 }, () => 10));
    });

    it("shares a bulk of 1,000 leads evenly among 20 reps with room (X7)", async () => {
      const tenant = tenantOf("ample");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(20, { privatePool: 1_000 }) } }));
      await tenant.bulk(lines(1_000));
      const load = await tenant.load("hq", (load) => decided(load) === 1_000);
      expect(load.parked).toBe(0);
      const shares = ownedByRep(load);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
    });
  });
}
