import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import type { ReadScope, Store } from "../../services/core/ports/store.ts";
import { openDatabase, type OpenedDatabase } from "./store-open.ts";
import { batchOf, decisionOf, eventOf, factsOf, stateOf, TENANT } from "./store-records.ts";

const ALL: ReadScope = { tenantId: TENANT, nodeIds: null };
const PAGE = { limit: 10, after: null };
/** A lead that is there, given to somebody else. */
const THEFT = { before: stateOf("a"), after: stateOf("a", { repId: "thief" }) };

export function storeContract(name: string, openSession: () => Promise<SqlSession>): void {
  describe(`${name} keeps the Store contract`, () => {
    let database: OpenedDatabase;
    let store: Store;
    beforeAll(async () => {
      database = await openDatabase(openSession);
      store = database.store;
    });
    afterAll(() => store.close());
    beforeEach(() => database.empty());

    it("stands at the beginning of a partition that it never read", async () => {
      expect(await store.position(7)).toEqual({ next: 0, barrierEpoch: 0 });
    });

    it("keeps states, events and position of a batch, each field as it was", async () => {
      const full = stateOf("a", {
        cycle: 4_294_967_295,
        poolId: "p",
        duplicateOf: "b",
        lastFollowUpAtMs: 1,
        dueAtMs: Number.MAX_SAFE_INTEGER,
        loadMilli: -3,
        formerOwners: [{ repId: "r", releasedAtMs: 12 }],
      });
      const event = eventOf(4, decisionOf("a", { facts: full.facts }), { fromRepId: "rep-0" });
      const batch = { ...batchOf([0, 5], { states: [full], events: [event] }), position: { next: 5, barrierEpoch: 9 } };
      expect(await store.commit(batch)).toBe("committed");
      expect(await store.position(0)).toEqual({ next: 5, barrierEpoch: 9 });
      expect(await store.lead(ALL, "a")).toEqual(full);
      expect(await store.states(0, TENANT, ["a", "unknown"])).toEqual({ next: 5, states: new Map([["a", full]]) });
      expect(await store.states(0, TENANT, ["unknown"])).toEqual({ next: 5, states: new Map() });
      expect(await store.states(1, TENANT, [])).toEqual({ next: 0, states: new Map() });
      expect(await store.eventAt(0, 4)).toEqual(event);
    });

    it("changes nothing by a batch that does not begin where the projection stands", async () => {
      await store.commit(batchOf([0, 5], { states: [stateOf("a")] }));
      const late = { states: [stateOf("a", { repId: "thief" }), stateOf("b")], events: [eventOf(0, decisionOf("a"))] };
      for (const range of [
        [0, 5],
        [4, 9],
        [6, 9],
      ] as const) {
        expect(await store.commit(batchOf(range, late))).toBe("conflict");
        // Nor is it its new lead alone that is refused.
        expect(await store.commit({ ...batchOf(range), changes: [THEFT] })).toBe("conflict");
      }
      expect(await store.position(0)).toEqual({ next: 5, barrierEpoch: 0 });
      expect((await store.states(0, TENANT, ["a", "b"])).states).toEqual(new Map([["a", stateOf("a")]]));
      expect(await store.events([-1], 10, null)).toEqual({ events: [], through: [4], hasMore: false });
      expect(await store.commit({ ...batchOf([3, 5]), partition: 1 })).toBe("conflict");
    });

    it("lets one of two commits from the same position win", async () => {
      await store.commit(batchOf([0, 1]));
      for (const begin of [0, 1] as const) {
        const partition = begin === 0 ? 3 : 0;
        const answers = await Promise.all(
          ["x", "y", "z"].map((leadId) =>
            store.commit({ ...batchOf([begin, begin + 1], { states: [stateOf(`${leadId}${begin}`)] }), partition }),
          ),
        );
        expect(answers.sort()).toEqual(["committed", "conflict", "conflict"]);
      }
      expect((await store.statusCounts(TENANT)).get("owned")).toBe(2);
    });

    it("never takes a second decision for one round, and writes nothing of the batch that brings it", async () => {
      const pooled = stateOf("a", { status: "public", repId: null, poolId: "p" });
      const [fair, theft] = [stateOf("a", { cycle: 2 }), stateOf("a", { cycle: 2, repId: "thief" })];
      const rounds = [
        { before: null, after: pooled, rival: { ...pooled, poolId: "other" } },
        { before: pooled, after: fair, rival: theft },
      ];
      for (const [offset, { before, after, rival }] of rounds.entries()) {
        const batch = batchOf([offset, offset + 1], {
          events: [eventOf(offset, decisionOf("a", { cycle: after.cycle }))],
        });
        expect(await store.commit({ ...batch, changes: [{ before, after }] })).toBe("committed");
        const late = batchOf([0, 1], {
          events: [eventOf(0, decisionOf("a", { cycle: after.cycle }), { partition: 1 })],
        });
        const changes = [
          { before: null, after: stateOf(`with-${offset}`) },
          { before, after: rival },
        ];
        expect(await store.commit({ ...late, changes, partition: 1 })).toBe("conflict");
        expect(await store.lead(ALL, "a")).toEqual(after);
        expect(await store.lead(ALL, `with-${offset}`)).toBeNull();
        expect(await store.position(1)).toEqual({ next: 0, barrierEpoch: 0 });
        expect(await store.eventAt(1, 0)).toBeNull();
      }
    });

    it("stores what PostgreSQL can't, NUL and half characters, as U+FFFD", async () => {
      await store.commit(batchOf([0, 1], { states: [odd("\0\ud800 \\u0000 \u0001 😀")] }));
      expect(await store.lead(ALL, "a")).toEqual(odd("\ufffd\ufffd \\u0000 \u0001 😀"));
      expect(await store.lead(ALL, "\0")).toBeNull();
    });

    it("tells the records of a partition in log order, and the history of a lead oldest first", async () => {
      const release = {
        ...decisionOf("a"),
        type: "release",
        repId: "rep-1",
        reason: "silent",
        loadMilli: 1000,
      } as const;
      const events = [
        eventOf(2, decisionOf("b")),
        eventOf(5, decisionOf("a")),
        eventOf(9, {
          type: "release",
          tenantId: TENANT,
          leadId: "a",
          cycle: 1,
          atMs: release.atMs,
          operator: "steward",
          repId: "rep-1",
          reason: "silent",
          loadMilli: 1000,
          to: { kind: "public", poolId: "p" },
        }),
        eventOf(11, decisionOf("a", { cycle: 2, facts: factsOf("a", { score: 1 }), explanation: null })),
      ];
      await store.commit(batchOf([0, 10], { states: [stateOf("a"), stateOf("b")], events: events.slice(0, 3) }));
      const again = { before: stateOf("a"), after: stateOf("a", { cycle: 2 }) };
      await store.commit({ ...batchOf([10, 12], { events: events.slice(3) }), changes: [again] });
      const all = await store.events([-1, -1], 10, null);
      expect(all).toEqual({ events, through: [11, -1], hasMore: false });
      const some = await store.events([2, -1], 2, null);
      expect(some).toEqual({ events: events.slice(1, 3), through: [9, -1], hasMore: true });
      expect(await store.history(ALL, "a")).toEqual(events.slice(1));
      expect(await store.eventAt(0, 3)).toBeNull();
      expect(await store.eventAt(0, 9)).toEqual(events[2]);
    });

    it("tells a caller's events, without those that concern neither his nodes, nor him, nor a pool", async () => {
      const events = [
        eventOf(0, decisionOf("a"), { nodeId: "north" }),
        eventOf(1, decisionOf("b"), { nodeId: "south", toRepId: "ana" }),
        eventOf(2, decisionOf("c"), { nodeId: "south", toRepId: "bo" }),
        eventOf(3, decisionOf("d"), { nodeId: "south", fromRepId: "ana", toRepId: "bo" }),
        eventOf(4, decisionOf("e"), { nodeId: "south", toRepId: null, statusAfter: "public" }),
      ];
      const elsewhere = { ...eventOf(0, decisionOf("a")), partition: 1, tenantId: "other", toRepId: "ana" };
      await store.commit(batchOf([0, 9], { events }));
      await store.commit({ ...batchOf([0, 1], { events: [elsewhere] }), partition: 1 });
      const leadsFor = async (nodeIds: readonly string[] | null, repId: string | null) => {
        const page = await store.events([-1, -1], 10, { tenantId: TENANT, nodeIds, repId });
        expect(page).toMatchObject({ through: [8, 0], hasMore: false });
        return page.events.map(({ leadId }) => leadId);
      };
      expect(await leadsFor(["north"], null)).toEqual(["a", "e"]);
      expect(await leadsFor([], "ana")).toEqual(["b", "d", "e"]);
      expect(await leadsFor(["north", "south"], "ana")).toEqual(["a", "b", "c", "d", "e"]);
      expect(await leadsFor(null, null)).toEqual(["a", "b", "c", "d", "e"]);
    });

    it("counts load by rep and node, and leads by status", async () => {
      const states = [
        stateOf("a", { sinceMs: 10 }),
        stateOf("b", { sinceMs: 30, loadMilli: 500 }),
        stateOf("c", { repId: "rep-0", nodeId: "south", sinceMs: 20 }),
        stateOf("d", { status: "parked", repId: null }),
        stateOf("e", { status: "public", repId: null, poolId: "p" }),
        stateOf("f", { status: "converted" }),
        stateOf("g", { tenantId: "zeta" }),
      ];
      await store.commit(batchOf([0, 1], { states }));
      expect(await store.load(ALL)).toEqual({
        reps: [
          { repId: "rep-0", nodeId: "south", owned: 1, loadMilli: 1000, lastAssignedAtMs: 20 },
          { repId: "rep-1", nodeId: "north", owned: 2, loadMilli: 1500, lastAssignedAtMs: 30 },
        ],
        owned: 3,
        parked: 1,
        public: 1,
      });
      expect(await store.held(TENANT, ["rep-0", "rep-1", "rep-9"])).toEqual(
        new Map([
          ["rep-0", 1],
          ["rep-1", 2],
        ]),
      );
      expect(await store.statusCounts(TENANT)).toEqual(
        new Map([
          ["owned", 3],
          ["parked", 1],
          ["public", 1],
          ["converted", 1],
        ]),
      );
    });

    it("moves counts with the lead, and remembers when a rep last got one", async () => {
      const [before, after] = [stateOf("a", { sinceMs: 10 }), stateOf("a", { repId: "rep-2", sinceMs: 40 })];
      await store.commit(batchOf([0, 1], { states: [before, stateOf("b", { sinceMs: 5 })] }));
      await store.commit({ ...batchOf([1, 2]), changes: [{ before, after }] });
      const one = { nodeId: "north", owned: 1, loadMilli: 1000 };
      expect((await store.load(ALL)).reps).toEqual([
        { repId: "rep-1", ...one, lastAssignedAtMs: 10 },
        { repId: "rep-2", ...one, lastAssignedAtMs: 40 },
      ]);
      await store.commit({ ...batchOf([2, 3]), changes: [{ before: after, after: { ...after, status: "closed" } }] });
      expect((await store.load(ALL)).reps).toEqual([{ repId: "rep-1", ...one, lastAssignedAtMs: 10 }]);
      expect((await store.statusCounts(TENANT)).get("owned")).toBe(1);
    });

    it("gives the waiting leads of a node, oldest capture first, and the nodes that have some", async () => {
      const states = [
        waiting("a", 30),
        waiting("b", 10, { status: "released" }),
        waiting("d", 20),
        waiting("c", 20),
        waiting("e", 5, { nodeId: "" }),
        waiting("f", 1, { status: "public", poolId: "p" }),
      ];
      await store.commit(batchOf([0, 1], { states }));
      const ids = (await store.waiting(TENANT, "north", 3)).map(({ leadId }) => leadId);
      expect(ids).toEqual(["b", "c", "d"]);
      expect(await store.parkedNodes(TENANT)).toEqual(
        new Map([
          ["north", 4],
          ["", 1],
        ]),
      );
    });

    it("walks all leads of a tenant once, in id order", async () => {
      const ids = Array.from({ length: 1_201 }, (_, index) => `lead-${String(index).padStart(5, "0")}`);
      await store.commit(
        batchOf([0, 1], { states: [...ids.map((id) => stateOf(id)), stateOf("z", { tenantId: "zeta" })] }),
      );
      const seen: string[] = [];
      for await (const leads of store.allStates(TENANT)) seen.push(...leads.map(({ leadId }) => leadId));
      expect(seen).toEqual(ids);
    });

    it("shows nothing of another tenant or node, by any method", async () => {
      const pool = { status: "public", repId: null, poolId: "p" } as const;
      const states = [stateOf("owned"), stateOf("pooled", pool)];
      const events = [eventOf(0, decisionOf("owned"))];
      await store.commit(batchOf([0, 1], { states, events }));
      const near = { latitudeDeg: 41.88, longitudeDeg: -87.63 };
      const seen = async (scope: ReadScope) => [
        await store.lead(scope, "owned"),
        (await store.history(scope, "owned")).length,
        (await store.privatePool(scope, "rep-1", PAGE)).items.length,
        (await store.poolLeads(scope, "p", { ...PAGE, near: null })).items.length,
        (await store.poolLeads(scope, "p", { ...PAGE, near })).items.length,
        await store.load(scope),
      ];
      const nothing = [null, 0, 0, 0, 0, { reps: [], owned: 0, parked: 0, public: 0 }];
      expect(await seen({ tenantId: TENANT, nodeIds: ["south", "nor", "north "] })).toEqual(nothing);
      expect(await seen({ tenantId: TENANT, nodeIds: [] })).toEqual(nothing);
      expect(await seen({ tenantId: "zeta", nodeIds: null })).toEqual(nothing);
      expect((await seen({ tenantId: TENANT, nodeIds: ["south", "north"] })).slice(1, 5)).toEqual([1, 1, 1, 1]);
      expect((await store.states(0, "zeta", ["owned"])).states).toEqual(new Map());
    });

    it("shows of a lead that moved the part that was in the scope", async () => {
      const moved = eventOf(1, decisionOf("a", { cycle: 2 }), { nodeId: "south" });
      const events = [eventOf(0, decisionOf("a")), moved];
      await store.commit(batchOf([0, 2], { states: [stateOf("a", { nodeId: "south" })], events }));
      expect(await store.lead({ tenantId: TENANT, nodeIds: ["north"] }, "a")).toBeNull();
      expect(await store.history({ tenantId: TENANT, nodeIds: ["south"] }, "a")).toEqual([moved]);
    });
  });
}

const waiting = (leadId: string, capturedAtMs: number, more = {}) =>
  stateOf(leadId, { status: "parked", repId: null, facts: factsOf(leadId, { capturedAtMs }), ...more });

const odd = (text: string) =>
  stateOf("a", { reason: text, facts: factsOf("a", { product: text, attributes: { k: text } }) });
