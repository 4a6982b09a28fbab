import { beforeAll, describe, expect, it } from "vitest";
import type { LeadView } from "../../services/desk/lead-view.ts";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { until } from "../support/flow-until.ts";
import { planOf, repOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;

/** What happens to a lead after it has an owner, and who is told to have done it (P12). */
export function lifecycleFlow(open: OpenFlow): void {
  describe("the life of a lead", () => {
    let tenant: Tenant;
    beforeAll(async () => {
      tenant = new Tenant(await open(), "lifecycle");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: [repOf("ana"), repOf("bo")] } }));
    });

    it("transfers, follows up and wins a lead, and keeps from, to, operator, reason and time of each change", async () => {
      const lead = await tenant.lead(await tenant.post(leadAt(SQUARE, "won")));
      const [owner = "", other = ""] = lead.owner?.repId === "ana" ? ["ana", "bo"] : ["bo", "ana"];
      const moved = await tenant.act(lead.leadId, "transfer", { toRepId: other, reason: "holiday" });
      expect(moved.body).toMatchObject({ state: "owned", cycle: 2, owner: { repId: other } });
      expect(moved.body.formerOwners).toMatchObject([{ repId: owner }]);
      const visited = await tenant.act(lead.leadId, "follow-ups", { kind: "visit", note: "liked it" });
      expect(visited.body).toMatchObject({ state: "owned", lastFollowUpAt: expect.any(String) });
      const won = await tenant.act(lead.leadId, "convert");
      expect(won.body).toMatchObject({ state: "converted", owner: { repId: other }, reason: "won" });

      const history = await tenant.history(lead.leadId);
      expect(history).toMatchObject([
        { type: "assigned", from: null, to: { repId: owner }, operator: "router", via: "routed" },
        { type: "released", from: { repId: owner }, to: null, operator: "local", reason: "transferred: holiday" },
        { type: "assigned", from: null, to: { repId: other }, operator: "local", via: "transferred" },
        { type: "follow_up", from: { repId: other }, to: { repId: other }, operator: "local", reason: "visit" },
        { type: "converted", from: { repId: other }, operator: "local", reason: "won", state: "converted" },
      ]);
      const times = history.map(({ at }) => Date.parse(at));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect((await tenant.act(lead.leadId, "follow-ups", { kind: "call" })).body).toMatchObject({
        code: "lead_closed",
      });
    });

    it("loses a lead with a reason of the list, and routes it anew when it is reopened", async () => {
      const { leadId, owner } = await tenant.lead(await tenant.post(leadAt(SQUARE, "lost")));
      expect((await tenant.act(leadId, "close", { reason: "other" })).status).toBe(422);
      const lost = await tenant.act(leadId, "close", { reason: "no_budget" });
      expect(lost.body).toMatchObject({ state: "closed", reason: "no_budget", owner });
      const reopened = await tenant.act(leadId, "reopen", { reason: "called back" });
      // The answer is the lead as it is by then, and the router may have been as quick.
      expect(["released", "owned"]).toContain(reopened.body["state"]);

      const again = await tenant.lead(leadId, ({ state }) => state === "owned");
      expect(again).toMatchObject({ cycle: 3, formerOwners: [{ repId: owner?.repId }] });
      expect(await tenant.history(leadId)).toMatchObject([
        { type: "assigned", to: owner },
        { type: "closed", from: owner, operator: "local", reason: "no_budget" },
        { type: "reopened", operator: "local", reason: "called back" },
        { type: "assigned", to: again.owner, operator: "router", via: "routed" },
      ]);
      expect((await tenant.act(leadId, "reopen", { reason: "again" })).body).toMatchObject({ code: "not_closed" });
    });

    it("lets a customer follow the lead that was reopened, and not have a second one by a reopening (D4)", async () => {
      const enquiry = (externalId: string) => ({
        ...leadAt(SQUARE, externalId),
        contact: { email: "buyer@example.com" },
      });
      const ends = async (leadId: string) => void (await tenant.act(leadId, "close", { reason: "no_need" }));
      const first = await tenant.post(enquiry("first"));
      await tenant.lead(first);
      await ends(first);
      await tenant.act(first, "reopen", { reason: "called back" });
      const reopened = await tenant.lead(first, ({ cycle }) => cycle === 3);
      const second = await tenant.post(enquiry("second"));
      expect(await tenant.lead(second)).toMatchObject({ state: "duplicate", duplicateOf: first });

      await ends(reopened.leadId);
      // The ledger hears of a closure a moment after the log has it.
      let tries = 0;
      const enquire = async () => tenant.lead(await tenant.post(enquiry(`later-${(tries += 1)}`)));
      const isOwned = ({ state }: LeadView): boolean => state === "owned";
      const { leadId: third } = await until(enquire, isOwned, { what: "the customer to be a new one" });
      const reopenedAtMs = performance.now();
      await tenant.act(first, "reopen", { reason: "again" });
      expect(await tenant.lead(first, ({ cycle }) => cycle === 5)).toMatchObject({
        state: "duplicate",
        duplicateOf: third,
      });
      // The steward asks at once; by its clock alone it would have done so after ten seconds.
      expect(performance.now() - reopenedAtMs).toBeLessThan(5_000);
    });
  });
}
