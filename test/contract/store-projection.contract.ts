import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { foldLead } from "../../services/core/domain/decision/fold.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import { Fault } from "../../services/core/domain/fault.ts";
import type { LeadEvent, Projection } from "../../services/core/ports/store.ts";
import { createProjector } from "../../services/projector/projector.ts";
import type { Projected, ProjectorLag } from "../../services/projector/projector-events.ts";
import { type ArrayTopic, createArrayTopic, type LogItem } from "../support/array-topic.ts";
import { openDatabase, type OpenedDatabase } from "./store-open.ts";
import { decisionOf, logItems, releaseOf, TENANT } from "./store-records.ts";

const RUNS = 15;
const TENANTS = ["t0", "t1", "t2", TENANT];

export function storeProjectionContract(name: string, openSession: () => Promise<SqlSession>): void {
  describe(`A projector on ${name}`, () => {
    let database: OpenedDatabase;
    beforeAll(async () => {
      database = await openDatabase(openSession);
    });
    afterAll(() => database.session.close());

    it("gives the fold of the log, however it is batched, repeated, cut short and restarted", async () => {
      const logs = fc.array(logItems, { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(logs, fc.infiniteStream(fc.nat(1_000)), async (partitions, dice) => {
          await database.empty();
          const roll = (): number => dice.next().value as number;
          // A lead lives in one partition, as its key decides.
          const own = partitions.map((items, index) => items.map((item) => moveToPartition(item, index)));
          // Two members that both take the partition for their own, as around a rebalance.
          await Promise.all([deliverBadly(database, own, roll), deliverBadly(database, own, roll)]);
          const { states, events } = fold(own);
          expect(await storedStates(database)).toEqual(states);
          for (const tenantId of TENANTS) {
            const own = [...states.values()].filter((state) => state.tenantId === tenantId);
            expect(await storedCounts(database, tenantId)).toEqual(countsOf(own));
          }
          const told = await database.store.events(
            own.map(() => -1),
            1_000,
            null,
          );
          expect(told).toEqual({ events: events.flat(), through: own.map(({ length }) => length - 1), hasMore: false });
          for (const [partition, items] of own.entries()) {
            expect((await database.store.position(partition)).next).toBe(items.length);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it("reads what the store lacks before the batch, in transactions of 500 records at most", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      const projected: Projected[] = [];
      const lags: ProjectorLag[] = [];
      await start(database.store, topic, {
        onProjected: (done) => projected.push(done),
        onLag: (lag) => lags.push(lag),
      });
      topic.put(
        0,
        Array.from({ length: 1_700 }, (_, index) => decisionOf(`lead-${index}`)),
      );
      expect(await topic.deliver(0, [1_650, 1_690])).toEqual({ kind: "commit" });
      expect(projected.map(({ states }) => states)).toEqual([500, 200, 500, 200, 250, 40]);
      expect(lags).toEqual([{ partition: 0, next: 1_690, behind: 10, delayMs: 10_000 - 2_689 }]);
    });

    it("does not take a void decision for the first of its lead, whose release then comes from nobody", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      await start(database.store, topic);
      topic.put(0, [
        decisionOf("a"),
        { type: "barrier", epoch: 2 },
        decisionOf("a"),
        releaseOf(decisionOf("a"), { kind: "reroute" }),
      ]);
      await topic.deliver(0, [0, 2]);
      await topic.deliver(0, [2, 4]);
      expect((await storedStates(database)).get(`${TENANT} a`)).toMatchObject({ status: "released" });
    });

    it("says by which record an owner came and went", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      await start(database.store, topic);
      topic.put(0, [
        decisionOf("a"),
        releaseOf(decisionOf("a"), { kind: "public", poolId: "p" }),
        decisionOf("a", { cycle: 2, outcome: { kind: "assigned", repId: "rep-2" }, nodeId: "south" }),
      ]);
      await topic.deliver(0, [0, 3]);
      const { events } = await database.store.events([-1], 10, null);
      const told = events.map(({ fromRepId, toRepId, statusAfter, nodeId }) => [
        fromRepId,
        toRepId,
        statusAfter,
        nodeId,
      ]);
      expect(told).toEqual([
        [null, "rep-1", "owned", "north"],
        ["rep-1", null, "public", "north"],
        [null, "rep-2", "owned", "south"],
      ]);
    });

    it("counts what it can't read and goes on", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      const projected: Projected[] = [];
      await start(database.store, topic, { onProjected: (done) => projected.push(done) });
      topic.put(0, ["poison", decisionOf("a"), decisionOf("a"), { type: "barrier", epoch: 2 }, decisionOf("b")]);
      expect(await topic.deliver(0, [0, 5])).toEqual({ kind: "commit" });
      const counts = { effective: 1, void: 1, duplicate: 1, conflict: 0, stale: 0, poison: 1, ignored: 1 };
      expect(projected[0]?.counts).toEqual(counts);
      expect(await database.store.position(0)).toEqual({ next: 5, barrierEpoch: 2 });
    });

    it("gives way to a projector that owns the partition now", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      let conflicts = 0;
      const ahead: Projection = { ...database.store, commit: () => Promise.resolve("conflict") };
      await start(ahead, topic, { onConflict: () => conflicts++ });
      topic.put(0, [decisionOf("a")]);
      expect(await topic.deliver(0, [0, 1], { stillOwned: () => false })).toMatchObject({ kind: "retry" });
      expect(conflicts).toBe(0);
      expect(await topic.deliver(0, [0, 1])).toMatchObject({ kind: "retry" });
      expect(conflicts).toBe(8);
    });

    it("tries ever more slowly while the store is away, and then goes on", async () => {
      await database.empty();
      const topic = createArrayTopic(1);
      let away = true;
      const projection: Projection = {
        ...database.store,
        async commit(batch) {
          if (away) throw new Fault("STORE_UNAVAILABLE", "The store is away.", { retriable: true });
          return database.store.commit(batch);
        },
      };
      const pauses: number[] = [];
      await start(projection, topic, { onFault: (_, retryAfterMs) => pauses.push(retryAfterMs) });
      topic.put(0, [decisionOf("a")]);
      for (let tries = 0; tries < 8; tries++) expect(await topic.deliver(0, [0, 1])).toMatchObject({ kind: "retry" });
      expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
      away = false;
      expect(await topic.deliver(0, [0, 1])).toEqual({ kind: "commit" });
      expect(await database.store.eventAt(0, 0)).not.toBeNull();
    });
  });
}

type Events = Omit<Parameters<typeof createProjector>[0], "decisions" | "projection" | "clock">;

async function start(projection: Projection, topic: ArrayTopic, events: Events = {}): Promise<void> {
  await createProjector({ decisions: topic, projection, clock: () => 10_000, ...events }).start();
}

/** Batches of any size from any earlier place, restarts of the projector, and faults before and after a commit. */
async function deliverBadly(database: OpenedDatabase, logs: readonly (readonly LogItem[])[], roll: () => number) {
  const topic = createArrayTopic(logs.length);
  for (const [partition, items] of logs.entries()) topic.put(partition, items);
  const flaky: Projection = {
    ...database.store,
    async commit(batch) {
      const dice = roll() % 6;
      if (dice === 0) throw new Fault("STORE_UNAVAILABLE", "Before the commit.", { retriable: true });
      const answer = await database.store.commit(batch);
      if (dice === 1) throw new Fault("STORE_UNAVAILABLE", "After the commit.", { retriable: true });
      return answer;
    },
  };
  await start(flaky, topic);
  for (const [partition, items] of logs.entries()) {
    for (let committed = 0; committed < items.length;) {
      if (roll() % 4 === 0) await start(flaky, topic);
      const from = Math.max(0, committed - (roll() % 5));
      const to = Math.min(items.length, from + 1 + (roll() % 20));
      // A gap, as if the group's offset had been lost forward: the projector must fill it from the log.
      const begin = Math.min(to - 1, from + (roll() % 8 === 0 ? 3 : 0));
      const verdict = await topic.deliver(partition, [begin, to]);
      if (verdict.kind === "commit") committed = Math.max(committed, to);
    }
  }
}

function moveToPartition(item: LogItem, partition: number): LogItem {
  if (item === "poison" || item.type === "barrier" || item.type === "plan_published") return item;
  const leadId = `${item.leadId}-p${partition}`;
  return item.type === "decision" ? { ...item, leadId, facts: { ...item.facts, leadId } } : { ...item, leadId };
}

function fold(logs: readonly (readonly LogItem[])[]) {
  const states = new Map<string, LeadState>();
  const events: LeadEvent[][] = logs.map(() => []);
  for (const [partition, items] of logs.entries()) {
    let barrierEpoch = 0;
    for (const [offset, item] of items.entries()) {
      if (item === "poison" || item.type === "plan_published") continue;
      if (item.type === "barrier") {
        barrierEpoch = Math.max(barrierEpoch, item.epoch);
        continue;
      }
      const { tenantId, leadId } = item;
      const before = states.get(`${tenantId} ${leadId}`);
      const { verdict, state } = foldLead(before, item, barrierEpoch);
      if (verdict !== "effective" || state === undefined) continue;
      states.set(`${tenantId} ${leadId}`, state);
      const change = { fromRepId: before?.repId ?? null, toRepId: state.repId, statusAfter: state.status };
      events[partition]?.push({ tenantId, leadId, partition, offset, nodeId: state.nodeId, record: item, ...change });
    }
  }
  return { states, events };
}

async function storedStates({ store }: OpenedDatabase): Promise<ReadonlyMap<string, LeadState>> {
  const stored = new Map<string, LeadState>();
  for (const tenantId of TENANTS) {
    for await (const states of store.allStates(tenantId)) {
      for (const state of states) stored.set(`${tenantId} ${state.leadId}`, state);
    }
  }
  return stored;
}

/** Everything that is counted as it changes. */
async function storedCounts({ store }: OpenedDatabase, tenantId: string) {
  const { reps, ...load } = await store.load({ tenantId, nodeIds: null });
  return {
    statuses: await store.statusCounts(tenantId),
    waiting: await store.parkedNodes(tenantId),
    load,
    reps: reps.map(({ repId, nodeId, owned, loadMilli }) => ({ repId, nodeId, owned, loadMilli })),
  };
}

function countsOf(states: readonly LeadState[]): Awaited<ReturnType<typeof storedCounts>> {
  const ofStatus = (...statuses: LeadState["status"][]) => states.filter(({ status }) => statuses.includes(status));
  const sizes = <K>(groups: Map<K, LeadState[]>) => new Map(Array.from(groups, ([key, group]) => [key, group.length]));
  const owned = Map.groupBy(ofStatus("owned"), ({ repId, nodeId }) => `${repId} ${nodeId}`);
  return {
    statuses: sizes(Map.groupBy(states, ({ status }) => status)),
    waiting: sizes(Map.groupBy(ofStatus("parked", "released"), ({ nodeId }) => nodeId)),
    load: {
      owned: ofStatus("owned").length,
      parked: ofStatus("parked").length,
      public: ofStatus("public").length,
    },
    reps: Array.from(owned.keys().toArray().sort(), (key) => {
      const leads = owned.get(key) ?? [];
      const [repId = "", nodeId = ""] = key.split(" ");
      return { repId, nodeId, owned: leads.length, loadMilli: leads.reduce((sum, lead) => sum + lead.loadMilli, 0) };
    }),
  };
}
