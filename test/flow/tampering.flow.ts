import { Redis } from "ioredis";
import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import type { DistributedFlow } from "../support/flow-distributed.ts";
import { runFairlead } from "../support/flow-child.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { planOf, repOf } from "../support/plan-builder.ts";

const TENANT = "tampering";
const SQUARE = [0, 40] as const;

/** Whatever is changed behind Fairlead's back in Redis or PostgreSQL is found by the log. */
export function tamperingFlow(open: () => Promise<DistributedFlow>): void {
  describe("verification of what was changed by hand", () => {
    let flow: DistributedFlow;
    let redis: Redis;
    let postgres: Client;
    let leadId: string;
    beforeAll(async () => {
      flow = await open();
      redis = new Redis(flow.redisUrl);
      postgres = new Client({ connectionString: flow.postgresUrl });
      await postgres.connect();
      const tenant = new Tenant(flow, TENANT);
      await tenant.publish(planOf({ team: { square: SQUARE, reps: [repOf("ana")] } }));
      leadId = (await tenant.lead(await tenant.post(leadAt(SQUARE, "tampered")))).leadId;
      return async () => {
        redis.disconnect();
        await postgres.end();
      };
    });

    const ledgerKey = async (name: string): Promise<string> => {
      const epoch = await redis.hget(`fl:{${TENANT}}:meta`, "epoch");
      return `fl:{${TENANT}}:e${epoch}:${name}`;
    };

    it("finds a byte of a lead's record in Redis (I7)", async () => {
      const key = await ledgerKey("lead");
      const record = await redis.hgetBuffer(key, leadId);
      expect(record).not.toBeNull();
      const changed = Buffer.from(record ?? []);
      changed[5] = (changed[5] ?? 0) ^ 1;
      await redis.hset(key, leadId, changed);
      expect(await flow.verify()).toMatchObject({
        violations: 1,
        findings: [{ invariant: "I7_ledger_is_fold", tenantId: TENANT, subject: `lead ${leadId}` }],
      });
      await redis.hset(key, leadId, record ?? "");
      expect(await flow.verify()).toMatchObject({ violations: 0 });
    });

    it("finds a slot in Redis that nobody took (I7)", async () => {
      const key = await ledgerKey("leaving");
      await redis.hset(key, "phantom#1", "ana");
      const { findings } = await flow.verify();
      expect(findings).toContainEqual(
        expect.objectContaining({ invariant: "I7_ledger_is_fold", subject: "held ana phantom#1" }),
      );
      await redis.hdel(key, "phantom#1");
      expect(await flow.verify()).toMatchObject({ violations: 0 });
    });

    it("finds a changed row in PostgreSQL (I8), also from the command line", async () => {
      await postgres.query("UPDATE lead SET rep_id = 'eve' WHERE tenant_id = $1 AND lead_id = $2", [TENANT, leadId]);
      expect(await flow.verify()).toMatchObject({
        violations: 1,
        findings: [{ invariant: "I8_store_is_fold", tenantId: TENANT, subject: leadId }],
      });
      const { code, output } = await runFairlead(["verify"], flow.env);
      expect(output).toContain(`I8_store_is_fold ${TENANT} ${leadId}: differs from the log in repId`);
      expect(code).toBe(1);

      await postgres.query("UPDATE lead SET rep_id = 'ana' WHERE tenant_id = $1 AND lead_id = $2", [TENANT, leadId]);
      expect(await runFairlead(["verify"], flow.env)).toMatchObject({ code: 0 });
    });
  });
}
