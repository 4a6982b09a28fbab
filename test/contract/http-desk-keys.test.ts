import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decision } from "../../services/core/domain/decision/records.fixture.ts";
import { openEmbedded, repOf, TENANT, token, type Opened } from "./http-open-embedded.ts";

const REPS = [repOf("ana", "north-a"), repOf("bo", "north-b"), repOf("cy", "south")];
const inPool = { kind: "public", poolId: "north-pool" } as const;

describe("the desk with keys", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openEmbedded(REPS, { withKeys: true });
    await opened.decide("north-lead", "north-a", { kind: "assigned", repId: "ana" });
    await opened.decide("south-lead", "south", { kind: "assigned", repId: "cy" });
    await opened.decide("north-pool-lead", "north-b", inPool);
    await opened.decide("south-pool-lead", "south", { kind: "public", poolId: "south-pool" });
  });
  afterAll(() => opened.close());

  const call = (who: string, url: string, payload?: object) =>
    opened.app.inject({
      method: payload === undefined ? "GET" : "POST",
      url,
      headers: { authorization: `Bearer ${token(who)}` },
      ...(payload !== undefined && { payload }),
    });

  it("asks for a key that is known and has not expired", async () => {
    const without = await opened.app.inject("/v1/leads/north-lead");
    expect(without.json()).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
    expect(without.headers["www-authenticate"]).toContain("Bearer");
    expect((await call("nobody", "/v1/leads/north-lead")).statusCode).toBe(401);
    expect((await call("late", "/v1/leads/north-lead")).statusCode).toBe(401);
    expect((await opened.app.inject("/livez")).statusCode).toBe(200);
  });

  it.each([
    ["admin", [200, 200, 200, 200]],
    ["north", [200, 404, 200, 404]],
    ["south", [404, 200, 404, 200]],
    // A rep of north-a sees his team, and the pool of the region that serves him.
    ["ana", [200, 404, 200, 404]],
    // His key says south, where he was before; the plan has him in north-b.
    ["bo", [404, 404, 200, 404]],
    ["web", [403, 403, 403, 403]],
  ])("shows %s what is in scope, and the rest as if it did not exist", async (who, expected) => {
    const leadIds = ["north-lead", "south-lead", "north-pool-lead", "south-pool-lead"];
    for (const path of ["", "/history", "/explanation"]) {
      const answers = await Promise.all(leadIds.map((leadId) => call(who, `/v1/leads/${leadId}${path}`)));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(expected);
    }
  });

  it("answers out of scope and unknown alike, for every kind of thing", async () => {
    for (const [hidden, unknown] of [
      ["/v1/leads/south-lead", "/v1/leads/xxxxx-xxxx"],
      ["/v1/reps/cy/private-pool", "/v1/reps/xx/private-pool"],
      ["/v1/pools/south-pool/leads", "/v1/pools/xxxxx-pool/leads"],
      ["/v1/org/south/load", "/v1/org/xxxxx/load"],
      ["/v1/org/hq/load", "/v1/org/xx/load"],
    ] as const) {
      const answers = [await call("north", hidden), await call("north", unknown)].map((answer) =>
        answer.json<object>(),
      );
      expect(answers[0]).toEqual({ ...answers[1], instance: hidden });
    }
  });

  it("explains a decision without the reps of other teams that a step had asked too", async () => {
    const candidates = [
      { repIndex: 0, verdict: "chosen", fit: 8_000, gap: 0 },
      { repIndex: 2, verdict: "private_pool_full", fit: 0, gap: 1 },
    ] as const;
    const place = { tenantId: TENANT, leadId: "asked-more", nodeId: "north-a", planVersion: 1 };
    await opened.append({ ...decision(1, "ana"), ...place, explanation: { step: 1, candidates, counted: [] } });
    const explained = async (who: string) =>
      (await call(who, "/v1/leads/asked-more/explanation")).json<{ hidden: number; candidates: { repId: string }[] }>();
    for (const [who, repIds] of [
      ["admin", ["ana", "cy"]],
      ["north", ["ana"]],
      ["ana", ["ana"]],
    ] as const) {
      const answer = await explained(who);
      expect(answer.candidates.map(({ repId }) => repId)).toEqual(repIds);
      expect(answer.hidden).toBe(2 - repIds.length);
    }
  });

  it("lets a rep act for himself only", async () => {
    const claim = "/v1/leads/north-pool-lead/claim";
    expect((await call("ana", claim, { repId: "bo" })).json()).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await call("ana", claim, { asAdmin: true })).json()).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await call("south", claim, { repId: "cy" })).json()).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect((await call("ana", claim, {})).json()).toMatchObject({ owner: { repId: "ana" }, nodeId: "north-a" });
    expect((await call("ana", "/v1/leads", {})).json()).toMatchObject({ status: 403 });
    expect((await call("north", "/v1/leads/north-lead/transfer", { toRepId: "cy", reason: "x" })).json()).toMatchObject(
      { status: 422, pointer: "/toRepId" },
    );
  });
});
