import { beforeAll, describe, expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { HOUR_MS, planOf, POOL_CHANNEL, repOf, type Team } from "../support/plan-builder.ts";

const SQUARES = { north: [0, 40], south: [0, 20], fresh: [0, 0] } as const;
const TEAMS: Readonly<Record<string, Team>> = {
  north: {
    square: SQUARES.north,
    pool: { coolDownMs: 48 * HOUR_MS },
    reps: [repOf("ana"), repOf("bo"), repOf("small", { privatePool: 1 }), repOf("keen", { claimsPerDay: 2 })],
  },
  south: { square: SQUARES.south, reps: [repOf("cy")] },
  fresh: { square: SQUARES.fresh, pool: { freezeMs: HOUR_MS }, reps: [repOf("dee")] },
};

/** Who may claim what. Each refusal has its reason and changes nothing (P1). */
export function claimsFlow(open: OpenFlow): void {
  describe("claims", () => {
    let tenant: Tenant;
    let leads = 0;
    beforeAll(async () => {
      tenant = new Tenant(await open(), "claims");
      await tenant.publish(planOf(TEAMS));
    });

    async function leadInPool(team: keyof typeof SQUARES = "north"): Promise<string> {
      const source = { channel: POOL_CHANNEL };
      const leadId = await tenant.post(leadAt(SQUARES[team], `claim-${(leads += 1)}`, { source }));
      expect(await tenant.lead(leadId)).toMatchObject({ state: "public", poolId: `${team}-pool`, cycle: 1 });
      return leadId;
    }

    async function claim(leadId: string, repId: string): Promise<void> {
      expect((await tenant.act(leadId, "claim", { repId })).body).toMatchObject({ state: "owned", owner: { repId } });
    }

    /** The answer to a claim that must not change anything: neither the lead, nor its history, nor anybody's load. */
    async function refusalOf(leadId: string, body: object): Promise<string> {
      const before = [await tenant.load(), await tenant.lead(leadId), await tenant.history(leadId)];
      const { status, body: problem } = await tenant.act(leadId, "claim", body);
      expect([await tenant.load(), await tenant.lead(leadId), await tenant.history(leadId)]).toEqual(before);
      return `${status} ${problem.code}`;
    }

    it("refuses a claim beyond the private pool", async () => {
      await claim(await leadInPool(), "small");
      expect(await refusalOf(await leadInPool(), { repId: "small" })).toBe("409 private_pool_full");
    });

    it("holds the former owner off for the cool-down, and nobody else (P4)", async () => {
      const leadId = await leadInPool();
      await claim(leadId, "ana");
      expect((await tenant.act(leadId, "release", { reason: "too far" })).status).toBe(200);
      expect(await refusalOf(leadId, { repId: "ana" })).toBe("409 former_owner_cooldown");
      await claim(leadId, "bo");
      expect((await tenant.act(leadId, "release", { reason: "too far" })).status).toBe(200);
      // The whole chain of owners counts: a colleague in between washes nothing.
      expect(await refusalOf(leadId, { repId: "ana" })).toBe("409 former_owner_cooldown");
    });

    it("freezes what has just entered a pool, for all but a pool admin (P5)", async () => {
      const leadId = await leadInPool("fresh");
      expect(await refusalOf(leadId, { repId: "dee" })).toBe("409 new_data_frozen");
      expect((await tenant.act(leadId, "claim", { repId: "dee", asAdmin: true })).status).toBe(200);
    });

    it("counts claims made in a day, which a release does not give back (P3)", async () => {
      for (let made = 0; made < 2; made += 1) {
        const leadId = await leadInPool();
        await claim(leadId, "keen");
        expect((await tenant.act(leadId, "release", { reason: "too far" })).status).toBe(200);
      }
      expect(await refusalOf(await leadInPool(), { repId: "keen" })).toBe("409 daily_claim_limit");
    });

    it("refuses a claim from the pool of another team (P0)", async () => {
      expect(await refusalOf(await leadInPool(), { repId: "cy" })).toBe("403 not_in_territory");
    });

    it("gives a lead to one of two who claim it at once", async () => {
      for (let round = 0; round < 5; round += 1) {
        const leadId = await leadInPool();
        const answers = await Promise.all(["ana", "bo"].map((repId) => tenant.act(leadId, "claim", { repId })));
        const [winner, loser] = answers.sort((a, b) => a.status - b.status);
        expect(winner).toMatchObject({ status: 200, body: { state: "owned", cycle: 2 } });
        expect(loser).toMatchObject({ status: 409, body: { code: "already_owned" } });
        expect((await tenant.lead(leadId)).owner).toEqual(winner?.body.owner);
        expect(await tenant.history(leadId)).toHaveLength(2);
      }
    });

    it("refuses a claim of a round that has passed", async () => {
      const leadId = await leadInPool();
      await claim(leadId, "ana");
      expect((await tenant.act(leadId, "release", { reason: "too far" })).body).toMatchObject({ cycle: 2 });
      expect(await refusalOf(leadId, { repId: "bo", cycle: 1 })).toBe("409 stale_version");
      expect((await tenant.act(leadId, "claim", { repId: "bo", cycle: 2 })).body).toMatchObject({ cycle: 3 });
    });
  });
}
