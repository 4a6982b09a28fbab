import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS, openEmbedded, repOf, type Opened } from "./http-open-embedded.ts";

interface Lead {
  readonly leadId: string;
  readonly state: string;
  readonly cycle: number;
  readonly owner: { readonly repId: string; readonly name: string } | null;
  readonly nodeId: string;
  readonly poolId: string | null;
}

const REPS = [
  repOf("ana", "north-a"),
  repOf("bo", "north-b"),
  repOf("cy", "south"),
  repOf("dee", "north-a", { privatePool: 1 }),
  repOf("eve", "north-a", { claimsPerDay: 2 }),
  repOf("fay", "north-b"),
  { ...repOf("gil", "north-b"), active: false },
  { ...repOf("hal", "north-b"), nodeIds: ["north-b", "south"] },
];

const inPool = { kind: "public", poolId: "north-pool" } as const;

describe("the desk", () => {
  let opened: Opened;
  let leads = 0;
  beforeAll(async () => {
    opened = await openEmbedded(REPS);
  });
  afterAll(() => opened.close());

  const get = (url: string) => opened.app.inject(url);
  const act = (leadId: string, name: string, payload: object = {}) =>
    opened.app.inject({ method: "POST", url: `/v1/leads/${leadId}/${name}`, payload });
  async function newLead(outcome: Parameters<Opened["decide"]>[2], nodeId = "north-a"): Promise<string> {
    const leadId = `lead-${(leads += 1)}`;
    await opened.decide(leadId, nodeId, outcome);
    return leadId;
  }

  it("shows a lead, its history and why it went where it went", async () => {
    const leadId = await newLead({ kind: "assigned", repId: "ana" });
    expect((await get(`/v1/leads/${leadId}`)).json()).toMatchObject({
      leadId,
      externalId: `ext-${leadId}`,
      state: "owned",
      cycle: 1,
      owner: { repId: "ana", name: "Rep ana" },
      nodeId: "north-a",
      source: { channel: "web_form" },
      location: { latitude: 41.88 },
      dueAt: null,
    });
    expect((await get(`/v1/leads/${leadId}/history`)).json()).toMatchObject({
      items: [{ type: "assigned", from: null, to: { repId: "ana" }, operator: "router", via: "routed" }],
    });
    expect((await get(`/v1/leads/${leadId}/explanation`)).json()).toMatchObject({
      outcome: "assigned",
      candidates: [{ repId: "ana", verdict: "chosen", fit: 0.8, why: "Rep ana got the lead." }],
    });
    expect((await get("/v1/leads/nobody")).json()).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  it("claims a lead once, whoever asks at the same time", async () => {
    const leadId = await newLead(inPool);
    const answers = await Promise.all(["ana", "bo", "fay"].map((repId) => act(leadId, "claim", { repId, cycle: 1 })));
    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([200, 409, 409]);
    const winner = answers.find(({ statusCode }) => statusCode === 200)?.json<Lead>();
    expect(winner).toMatchObject({ state: "owned", cycle: 2, poolId: null });
    expect((await get(`/v1/leads/${leadId}`)).json()).toMatchObject({ owner: winner?.owner });
    for (const { payload } of answers.filter(({ statusCode }) => statusCode === 409)) {
      expect(payload).toMatch(/"code":"(already_owned|stale_version)"/);
    }
    expect((await get(`/v1/leads/${leadId}/explanation`)).json()).toMatchObject({ via: "claimed" });
  });

  it("recovers a fenced ledger and claims all the same", async () => {
    const leadId = await newLead(inPool);
    await opened.fence();
    const claimed = await act(leadId, "claim", { repId: "bo" });
    expect(claimed.json()).toMatchObject({ owner: { repId: "bo" }, cycle: 2 });
    expect((await get(`/v1/leads/${leadId}/history`)).json<{ items: object[] }>().items).toHaveLength(2);
  });

  it("moves a claimed lead to the team that will work it", async () => {
    const leadId = await newLead(inPool, "north");
    expect((await act(leadId, "claim", { repId: "bo" })).json()).toMatchObject({ nodeId: "north-b" });
  });

  it("refuses a claim with its reason and takes nothing (P0, P1)", async () => {
    const full = await newLead({ kind: "assigned", repId: "dee" });
    const leadId = await newLead(inPool);
    expect((await act(leadId, "claim", { repId: "cy" })).json()).toMatchObject({
      status: 403,
      code: "not_in_territory",
    });
    expect((await act(leadId, "claim", { repId: "gil" })).json()).toMatchObject({ code: "rep_inactive" });
    expect((await act(leadId, "claim", { repId: "dee" })).json()).toMatchObject({ code: "private_pool_full" });
    expect((await act(leadId, "claim", { repId: "dee", asAdmin: true })).json()).toMatchObject({
      code: "private_pool_full",
    });
    expect((await act(leadId, "claim", { repId: "ana", cycle: 7 })).json()).toMatchObject({ code: "stale_version" });
    expect((await act(full, "claim", { repId: "ana" })).json()).toMatchObject({ code: "already_owned" });
    expect((await act(leadId, "claim", {})).json()).toMatchObject({ status: 422, pointer: "/repId" });
    expect((await act(leadId, "claim", { repId: "ana", colour: 1 })).json()).toMatchObject({
      code: "REQUEST_INVALID",
      pointer: "/colour",
    });
    expect((await get(`/v1/leads/${leadId}`)).json()).toMatchObject({ state: "public", cycle: 1 });
  });

  it("does not give a claim back for a release, and lets an admin pass the daily limit (P3)", async () => {
    for (let claims = 0; claims < 2; claims += 1) {
      const leadId = await newLead(inPool);
      expect((await act(leadId, "claim", { repId: "eve" })).statusCode).toBe(200);
      expect((await act(leadId, "release", { reason: "too far" })).statusCode).toBe(200);
    }
    const third = await newLead(inPool);
    expect((await act(third, "claim", { repId: "eve" })).json()).toMatchObject({ code: "daily_claim_limit" });
    expect((await act(third, "claim", { repId: "eve", asAdmin: true })).statusCode).toBe(200);
  });

  it("releases to the nearest pool and holds the former owner off until the cool-down ends (P4)", async () => {
    const leadId = await newLead({ kind: "assigned", repId: "ana" });
    expect((await act(leadId, "release", { reason: "wrong_product" })).json()).toMatchObject({
      state: "public",
      owner: null,
      poolId: "north-pool",
      formerOwners: [{ repId: "ana" }],
    });
    expect((await act(leadId, "claim", { repId: "ana" })).json()).toMatchObject({ code: "former_owner_cooldown" });
    opened.advance(48 * HOUR_MS);
    expect((await act(leadId, "claim", { repId: "ana" })).json()).toMatchObject({ owner: { repId: "ana" } });
    expect((await act(leadId, "release", { reason: "x", poolId: "south-pool" })).json()).toMatchObject({
      pointer: "/poolId",
    });
    expect((await act(leadId, "release", { reason: "call 13125550137" })).statusCode).toBe(422);
  });

  it("transfers in one step, with release and decision side by side", async () => {
    const leadId = await newLead({ kind: "assigned", repId: "ana" });
    const moved = await act(leadId, "transfer", { toRepId: "bo", reason: "workload" });
    expect(moved.json()).toMatchObject({ state: "owned", cycle: 2, owner: { repId: "bo" }, nodeId: "north-b" });
    expect((await get(`/v1/leads/${leadId}/history`)).json()).toMatchObject({
      items: [
        { type: "assigned", to: { repId: "ana" } },
        { type: "released", from: { repId: "ana" }, to: null, operator: "local", reason: "transferred: workload" },
        { type: "assigned", to: { repId: "bo" }, operator: "local", via: "transferred" },
      ],
    });
    expect((await act(leadId, "transfer", { toRepId: "bo", reason: "again" })).json()).toMatchObject({
      code: "same_owner",
    });
    expect((await act(leadId, "transfer", { toRepId: "dee", reason: "full" })).json()).toMatchObject({
      code: "private_pool_full",
    });
    expect((await get(`/v1/leads/${leadId}`)).json()).toMatchObject({ cycle: 2, owner: { repId: "bo" } });
  });

  it("frees the slot of the former owner after a transfer", async () => {
    const page = (await get("/v1/reps/dee/private-pool")).json<{ items: Lead[] }>();
    const [held] = page.items;
    expect((await act(held?.leadId ?? "", "transfer", { toRepId: "fay", reason: "leave" })).statusCode).toBe(200);
    const leadId = await newLead(inPool);
    const claimed = await until(
      () => act(leadId, "claim", { repId: "dee" }),
      ({ statusCode }) => statusCode === 200,
    );
    expect(claimed.json()).toMatchObject({ owner: { repId: "dee" } });
  });

  it("follows up, converts, closes and reopens", async () => {
    const won = await newLead({ kind: "assigned", repId: "fay" });
    const followed = await act(won, "follow-ups", { kind: "call", note: "said yes" });
    expect(followed.json()).toMatchObject({ state: "owned", lastFollowUpAt: expect.any(String) });
    expect((await act(won, "convert")).json()).toMatchObject({ state: "converted", owner: { repId: "fay" } });
    expect((await act(won, "follow-ups", { kind: "call" })).json()).toMatchObject({ code: "lead_closed" });
    const lost = await newLead({ kind: "assigned", repId: "fay" });
    expect((await act(lost, "close", { reason: "other" })).statusCode).toBe(422);
    expect((await act(lost, "close", { reason: "no_budget" })).json()).toMatchObject({
      state: "closed",
      reason: "no_budget",
    });
    expect((await act(lost, "reopen", { reason: "called back" })).json()).toMatchObject({
      state: "released",
      owner: null,
    });
    expect((await act(lost, "reopen", { reason: "again" })).json()).toMatchObject({ code: "not_closed" });
    expect((await act(await newLead(inPool), "release", { reason: "x" })).json()).toMatchObject({ code: "not_owned" });
  });

  it("pages through pools, near a position or by age, and counts the load of every rep", async () => {
    const first = (await get("/v1/pools/north-pool/leads?limit=1")).json<{ items: Lead[]; next: string }>();
    const second = (await get(`/v1/pools/north-pool/leads?limit=1&after=${first.next}`)).json<{ items: Lead[] }>();
    expect(first.items).toHaveLength(1);
    expect(second.items[0]?.leadId).not.toBe(first.items[0]?.leadId);
    const near = (await get("/v1/pools/north-pool/leads?near=41.88,-87.63")).json();
    expect(near).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ distanceMeters: 0 })]) });
    for (const query of ["near=91,0", "near=x", "limit=0", "limit=201", "limit=x"]) {
      expect((await get(`/v1/pools/north-pool/leads?${query}`)).statusCode).toBe(422);
    }
    expect((await get("/v1/pools/north-pool/leads?after=forged")).json()).toMatchObject({ code: "CURSOR_INVALID" });
    await newLead({ kind: "assigned", repId: "hal" }, "north-b");
    const load = (await get("/v1/org/south/load")).json();
    // What hal owns in the other team takes a slot of his, though it is not south's (A8).
    const [cy, hal] = [
      { repId: "cy", owned: 0, freeSlots: 10 },
      { repId: "hal", owned: 0, freeSlots: 9 },
    ];
    expect(load).toMatchObject({ nodeId: "south", owned: 0, items: [cy, hal], next: null });
    const page = (await get("/v1/org/north/load?limit=2")).json<{ items: { repId: string }[]; next: string }>();
    expect(page.items.map(({ repId }) => repId)).toEqual(["ana", "bo"]);
    const rest = (await get(`/v1/org/north/load?after=${page.next}`)).json<{ items: { repId: string }[] }>();
    expect(rest.items.map(({ repId }) => repId)).toEqual(["dee", "eve", "fay", "gil", "hal"]);
  });
});

async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (isDone(answer) || tries > 50) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
