import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Flow } from "../support/flow-open.ts";
import { openStream } from "../support/flow-stream.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { planOf, POOL_CHANNEL, repOf } from "../support/plan-builder.ts";

const TENANT = "scoped";
const SQUARES = { north: [0, 40], south: [0, 20] } as const;
const token = (who: string): string => `fl_${who.padEnd(24, "x")}`;

/** With API keys, everyone sees his own part of the organisation, and nothing else exists (I11). */
export function scopeFlow(openWith: (settings: Readonly<Record<string, string>>) => Promise<Flow>): void {
  describe("an installation with API keys", () => {
    let flow: Flow;
    let directory: string;
    const leadIds = { north: "", south: "", northPool: "", southPool: "" };
    const as = (who: string): Tenant => new Tenant(flow, TENANT, { authorization: `Bearer ${token(who)}` });

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "fairlead-keys-"));
      const file = join(directory, "keys.json");
      await writeFile(file, JSON.stringify(keysDocument()));
      flow = await openWith({ FAIRLEAD_API_KEYS_FILE: file });
      await as("admin").publish(
        planOf({
          north: { square: SQUARES.north, reps: [repOf("ana"), repOf("bo")] },
          south: { square: SQUARES.south, reps: [repOf("cy")] },
        }),
      );
      for (const team of ["north", "south"] as const) {
        leadIds[team] = await as("web").post(leadAt(SQUARES[team], team));
        const source = { channel: POOL_CHANNEL };
        leadIds[`${team}Pool`] = await as("web").post(leadAt(SQUARES[team], `${team}-pool`, { source }));
      }
      for (const leadId of Object.values(leadIds)) await as("admin").lead(leadId);
    });
    afterAll(async () => {
      await flow.close();
      await rm(directory, { recursive: true });
    });

    it("asks for a key, and takes leads with a capture key only", async () => {
      const stranger = new Tenant(flow, TENANT, {});
      expect(await stranger.get("/v1/leads/x")).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
      expect(await stranger.capture("{}")).toMatchObject({ status: 401 });
      expect(await as("web").get(`/v1/leads/${leadIds.north}`)).toMatchObject({ status: 403 });
      expect(await as("ana").capture("{}")).toMatchObject({ status: 403 });
      expect(await as("north").tryPublish(planOf({}))).toMatchObject({ status: 403 });
    });

    it.each(["", "/history", "/explanation"])(
      "shows a team its own leads%s, and those of a sibling as unknown",
      async (path) => {
        const sees = async (who: string, leadId: string) => (await as(who).get(`/v1/leads/${leadId}${path}`)).status;
        for (const who of ["north", "ana"]) {
          expect(await sees(who, leadIds.north)).toBe(200);
          expect(await sees(who, leadIds.northPool)).toBe(200);
          expect(await sees(who, leadIds.south)).toBe(404);
          expect(await sees(who, leadIds.southPool)).toBe(404);
        }
        for (const leadId of Object.values(leadIds)) expect(await sees("hq", leadId)).toBe(200);
      },
    );

    it("lets nobody claim, close or list what is a sibling's", async () => {
      const north = as("north");
      expect(await north.act(leadIds.southPool, "claim", { repId: "ana" })).toMatchObject({ status: 404 });
      expect(await as("ana").act(leadIds.southPool, "claim")).toMatchObject({ status: 404 });
      expect(await north.act(leadIds.south, "close", { reason: "price" })).toMatchObject({ status: 404 });
      for (const path of [
        "/v1/pools/south-pool/leads",
        "/v1/reps/cy/private-pool",
        "/v1/org/south/load",
        "/v1/org/hq/load",
      ]) {
        expect(await north.get(path)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
      }
      expect((await north.load("north")).items.map(({ repId }) => repId)).toEqual(["ana", "bo"]);
      expect((await as("ana").act(leadIds.northPool, "claim")).body).toMatchObject({ owner: { repId: "ana" } });
    });

    it("streams to each the events of his own scope", async () => {
      const [north, south, hq] = [
        await openStream(as("north")),
        await openStream(as("south")),
        await openStream(as("hq")),
      ];
      for (let index = 0; index < 5; index += 1) {
        for (const team of ["north", "south"] as const)
          await as("web").post(leadAt(SQUARES[team], `live-${team}-${index}`));
      }
      expect((await hq.take(10)).map(({ change }) => change.nodeId).sort()).toEqual([
        ...Array.from({ length: 5 }, () => "north"),
        ...Array.from({ length: 5 }, () => "south"),
      ]);
      expect((await north.take(5)).map(({ change }) => change.nodeId)).toEqual(
        Array.from({ length: 5 }, () => "north"),
      );
      expect((await south.take(5)).map(({ change }) => change.nodeId)).toEqual(
        Array.from({ length: 5 }, () => "south"),
      );
      await Promise.all([north.close(), south.close(), hq.close()]);
    });

    it("holds every invariant", async () => {
      expect(await flow.verify()).toMatchObject({ violations: 0, findings: [] });
    });
  });
}

function keysDocument(): object {
  const key = (principalId: string, rest: object): object => ({
    sha256: createHash("sha256").update(token(principalId)).digest("hex"),
    principalId,
    tenantId: TENANT,
    ...rest,
  });
  return {
    keys: [
      key("admin", { role: "admin" }),
      key("hq", { role: "manager", nodeId: "hq" }),
      key("north", { role: "manager", nodeId: "north" }),
      key("south", { role: "manager", nodeId: "south" }),
      key("ana", { role: "rep", nodeId: "north", repId: "ana" }),
      key("web", { role: "capture" }),
    ],
  };
}
