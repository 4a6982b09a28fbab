import { beforeAll, describe, expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { openStream } from "../support/flow-stream.ts";
import { leadAt, leadsAt, Tenant } from "../support/flow-tenant.ts";
import { planOf, repOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;
const FEW = 20;

/** A CRM that watches misses nothing, whatever becomes of its connection. */
export function streamFlow(open: OpenFlow): void {
  describe("the live stream", () => {
    let tenant: Tenant;
    beforeAll(async () => {
      tenant = new Tenant(await open(), "stream");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: [repOf("ana"), repOf("bo")] } }));
    });

    async function expectDone(answer: Promise<{ readonly status: number }>): Promise<void> {
      expect((await answer).status).toBe(200);
    }

    it("tells the changes of a lead in order, and resumes behind the last event without a gap or a repetition", async () => {
      const early = await openStream(tenant);
      const leadId = await tenant.post(leadAt(SQUARE, "watched"));
      await tenant.lead(leadId);
      await expectDone(tenant.act(leadId, "follow-ups", { kind: "call" }));
      await early.take(2);
      await early.close();

      await expectDone(tenant.act(leadId, "close", { reason: "price" }));
      await tenant.bulk(leadsAt(SQUARE, FEW).map((lead) => JSON.stringify(lead)));
      await tenant.load("hq", ({ owned }) => owned === FEW);

      const late = await openStream(tenant, early.lastId());
      await expectDone(tenant.act(leadId, "reopen", { reason: "called back" }));
      await tenant.lead(leadId, ({ state }) => state === "owned");
      await late.take(FEW + 3);
      await late.close();

      const events = [...early.events, ...late.events];
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      const watched = events.filter(({ change }) => change.leadId === leadId);
      expect(watched.map(({ type }) => type)).toEqual(["assigned", "follow_up", "closed", "reopened", "assigned"]);
      expect(watched.map(({ change }) => change)).toEqual(await tenant.history(leadId));
      const others = events.filter(({ change }) => change.leadId !== leadId);
      expect(new Set(others.map(({ change }) => change.leadId)).size).toBe(FEW);
      expect(others).toHaveLength(FEW);
    });

    it("refuses a position that is not one of its own", async () => {
      const { body } = await tenant.get("/v1/stream?after=yesterday");
      expect(body).toMatchObject({ status: 400, code: "CURSOR_INVALID" });
    });
  });
}
