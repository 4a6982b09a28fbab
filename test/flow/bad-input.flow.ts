import { beforeAll, describe, expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, leadsAt, Tenant, type LeadJson } from "../support/flow-tenant.ts";
import { planOf, repOf, repsOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;
const LINES = 10_001;

/** Whatever comes through the HTTP door is answered with a code and a place, and harms nothing else. */
export function badInputFlow(open: OpenFlow): void {
  describe("bad input over HTTP", () => {
    let tenant: Tenant;
    let unknown: Tenant;
    beforeAll(async () => {
      const flow = await open();
      tenant = new Tenant(flow, "bad-input");
      unknown = new Tenant(flow, "nobody");
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(10, { privatePool: 100_000 }) } }));
    });

    const text = (change: LeadJson): string => JSON.stringify(leadAt(SQUARE, "bad", change));
    const at = (location: string): string =>
      text({}).replace(/"location":\{[^}]*\}/, `"location":{${location},"longitude":0.5}`);

    it.each([
      ["JSON that ends early", '{"externalId":"x"', 400, "BODY_MALFORMED"],
      ["a number that JSON does not have", at('"latitude":NaN'), 400, "BODY_MALFORMED"],
      ["a lead of 65 KiB", text({ product: "x".repeat(65 * 1024) }), 413, "BODY_TOO_LARGE"],
      ["a body that is no object", "[]", 422, "LEAD_INVALID"],
    ])("refuses %s", async (_what, body, status, code) => {
      expect(await tenant.capture(body)).toMatchObject({ status, body: { status, code } });
    });

    it("refuses a content type that it does not know", async () => {
      expect(await tenant.capture("externalId=x", "application/x-www-form-urlencoded")).toMatchObject({
        status: 415,
        body: { code: "CONTENT_TYPE_UNSUPPORTED" },
      });
    });

    it.each([
      ["an infinite coordinate", at('"latitude":1e999'), "/location/latitude", "out_of_range"],
      ["a latitude beyond the pole", at('"latitude":90.5'), "/location/latitude", "out_of_range"],
      ["a coordinate that is a text", at('"latitude":"40"'), "/location/latitude", "wrong_type"],
      ["half a position", text({ location: { latitude: 40 } }), "/location/longitude", "required"],
      ["an unknown intent", text({ intent: { status: "lukewarm" } }), "/intent/status", "not_in_list"],
      [
        "an unknown datum",
        text({ location: { latitude: 40.5, longitude: 0.5, datum: "BD-09" } }),
        "/location/datum",
        "not_in_list",
      ],
      ["a lead without a source", JSON.stringify({ externalId: "x" }), "/source/channel", "required"],
      ["a field nobody knows", text({ colour: "red" }), "/colour", "field_unknown"],
      ["a text with U+0000", text({ product: "fork\0lift" }), "/product", "text_malformed"],
    ])("refuses %s and points at it", async (_what, body, pointer, code) => {
      expect(await tenant.capture(body)).toMatchObject({
        status: 422,
        body: { code: "LEAD_INVALID", pointer, errors: [{ pointer, code }] },
      });
    });

    it("knows no tenant that never published a plan, at any door", async () => {
      const answers = [
        await unknown.capture(text({})),
        await unknown.get("/v1/leads/x"),
        await unknown.act("x", "claim", { repId: "ana" }),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { code: "TENANT_UNKNOWN" } });
    });

    it("founds no tenant whose name could not be a key", async () => {
      const plan = planOf({ team: { square: SQUARE, reps: [] } });
      for (const name of ["a{b}", "../etc", "x".repeat(65)]) {
        const { body } = await unknown.as({ "fairlead-tenant": name }).tryPublish(plan);
        expect(body).toMatchObject({ status: 422, code: "REQUEST_INVALID" });
      }
    });

    it("refuses a plan whose border crosses itself, says where, and leaves the plan in force", async () => {
      const bowTie = [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ].map(([x = 0, y = 0]) => [x, y]);
      const plan = planOf({ team: { square: SQUARE, reps: [repOf("ana")] } });
      const territories = plan.territories.map((territory) => ({
        ...territory,
        geometry: { type: "Polygon" as const, coordinates: [bowTie] },
      }));
      const { status, body } = await tenant.tryPublish({ ...plan, territories });
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: "GEOMETRY_INVALID", pointer: "/territories/0/geometry/coordinates/0/0" });
      expect(body["errors"]).toMatchObject([{ code: "self-crossing" }]);
      expect((await tenant.load()).items).toHaveLength(10);
    });

    it("takes 9,998 good leads of an upload of 10,001 lines, names the three bad ones, and decides all the good", async () => {
      const good = leadsAt(SQUARE, LINES).map((lead) => JSON.stringify(lead));
      const bad = new Map([
        [17, '{"externalId":'],
        [5_000, at('"latitude":91')],
        [10_001, text({ product: "x".repeat(70_000) })],
      ]);
      const outcomes = await tenant.bulk(good.map((line, index) => bad.get(index + 1) ?? line));
      expect(outcomes).toHaveLength(LINES);
      expect(outcomes.filter(({ status }) => status !== "accepted")).toMatchObject([
        { line: 17, status: "rejected", code: "BODY_MALFORMED" },
        { line: 5_000, status: "rejected", code: "out_of_range", pointer: "/location/latitude" },
        { line: 10_001, status: "rejected", code: "LEAD_TOO_LARGE" },
      ]);
      const load = await tenant.load("hq", ({ owned, parked }) => owned + parked === LINES - 3);
      expect(load.owned).toBe(LINES - 3);
    });
  });
}
