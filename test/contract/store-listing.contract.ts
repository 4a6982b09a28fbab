import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import { Fault } from "../../services/core/domain/fault.ts";
import type { Page, PageRequest, PoolLead, ReadScope, Store } from "../../services/core/ports/store.ts";
import { openDatabase, type OpenedDatabase } from "./store-open.ts";
import { batchOf, factsOf, stateOf, TENANT } from "./store-records.ts";

interface Place {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

const ALL: ReadScope = { tenantId: TENANT, nodeIds: null };
const NORTH: ReadScope = { tenantId: TENANT, nodeIds: ["north"] };
const RUNS = 25;

/** Few values, so that ties are the rule. */
const moment = fc.integer({ min: 0, max: 3 });
const node = fc.constantFrom("north", "south");
/** Clustered, and now and then at a pole or at the antimeridian. */
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({
    latitudeDeg: fc.double({ min: 41, max: 42, noNaN: true }),
    longitudeDeg: fc.double({ min: -88, max: -87, noNaN: true }),
  }),
  fc.record({
    latitudeDeg: fc.constantFrom(-90, -89.99, 0, 0.001, 89.99, 90),
    longitudeDeg: fc.constantFrom(-180, -179.99, 0, 179.99, 180),
  }),
);

export function storeListingContract(name: string, openSession: () => Promise<SqlSession>): void {
  describe(`${name} pages through listings`, () => {
    let database: OpenedDatabase;
    let store: Store;
    beforeAll(async () => {
      database = await openDatabase(openSession);
      store = database.store;
    });
    afterAll(() => store.close());
    beforeEach(() => database.empty());

    /** Puts the states in place of all others. */
    async function hold(states: readonly LeadState[]): Promise<void> {
      await database.empty();
      await store.commit(batchOf([0, 1], { states }));
    }

    it("a private pool: by due time, then assignment, then id, never due last", async () => {
      const leads = fc.array(fc.tuple(fc.option(moment, { nil: null }), moment, node), { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(leads, fc.integer({ min: 1, max: 7 }), async (drawn, limit) => {
          const states = drawn.map(([dueAtMs, sinceMs, nodeId], index) =>
            stateOf(`l${index}`, { dueAtMs, sinceMs, nodeId }),
          );
          await hold([...states, stateOf("other", { repId: "rep-2" }), stateOf("won", { status: "converted" })]);
          const sorted = states.toSorted((left, right) => compareKeys(dueOrder(left), dueOrder(right)));
          for (const scope of [ALL, NORTH]) {
            const listed = await allPages((page) => store.privatePool(scope, "rep-1", page), limit);
            expect(listed).toEqual(sorted.filter((state) => scope === ALL || state.nodeId === "north"));
          }
        }),
        { numRuns: RUNS },
      );
    });

    it("a pool: longest in it first", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(moment, { maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (drawn, limit) => {
          const states = drawn.map((sinceMs, index) => pooled(`l${index}`, null, { sinceMs }));
          await hold([...states, pooled("other", null, { poolId: "q" }), stateOf("owned")]);
          const sorted = states.toSorted((left, right) =>
            compareKeys([left.sinceMs, left.leadId], [right.sinceMs, right.leadId]),
          );
          const listed = await allPages((page) => store.poolLeads(ALL, "p", { ...page, near: null }), limit);
          expect(listed).toEqual(sorted.map((state) => ({ state, distanceMeters: null })));
        }),
        { numRuns: RUNS },
      );
    });

    it("a pool around a position: nearest first as by brute force, leads without a position last", async () => {
      const places = fc.array(fc.tuple(fc.option(place, { nil: null }), node), { maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(places, place, fc.integer({ min: 1, max: 7 }), async (drawn, near, limit) => {
          const states = drawn.map(([at, nodeId], index) => pooled(`l${index}`, at, { nodeId, sinceMs: index % 3 }));
          await hold(states);
          for (const scope of [ALL, NORTH]) {
            const listed = await allPages((page) => store.poolLeads(scope, "p", { ...page, near }), limit);
            const visible = states.filter(({ nodeId }) => scope === ALL || nodeId === "north");
            expect(listed.map(({ state }) => state.leadId).sort()).toEqual(visible.map(({ leadId }) => leadId).sort());
            expect(misplaced(listed, near)).toEqual([]);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it("equal distances by id", async () => {
      const near = { latitudeDeg: 41.9, longitudeDeg: -87.6 };
      const at = { latitudeDeg: 41.88, longitudeDeg: -87.63 };
      await hold(["c", "a", "d", "b"].map((leadId) => pooled(leadId, at)));
      const listed = await allPages((page) => store.poolLeads(ALL, "p", { ...page, near }), 1);
      expect(listed.map(({ state }) => state.leadId)).toEqual(["a", "b", "c", "d"]);
    });

    it("refuses a cursor that it did not give out for that listing", async () => {
      await hold(["a", "b", "c"].map((id) => stateOf(id)));
      const { next } = await store.privatePool(ALL, "rep-1", { limit: 1, after: null });
      const listing = ["private-pool", "rep-1"];
      const places = [null, {}, [listing, [1, 2]], [listing, [1.5, 2, "a"]], [listing, [1, 2, 3]]];
      const bad = ["", "x", "%%%", ...places.map(encode)];
      for (const after of bad) {
        await expect(store.privatePool(ALL, "rep-1", { limit: 1, after })).rejects.toMatchObject({
          code: "CURSOR_INVALID",
        });
      }
      await expect(store.privatePool(ALL, "rep-2", { limit: 1, after: next })).rejects.toThrow(Fault);
      await expect(store.poolLeads(ALL, "rep-1", { limit: 1, after: next, near: null })).rejects.toThrow(Fault);
    });
  });
}

const dueOrder = (state: LeadState) => [state.dueAtMs ?? Infinity, state.sinceMs, state.leadId] as const;

function pooled(leadId: string, at: Place | null, more: Partial<LeadState> = {}): LeadState {
  const location = { ...(at ?? { latitudeDeg: null, longitudeDeg: null }), postalCode: "", adminCode: "" };
  const facts = factsOf(leadId, { location });
  return stateOf(leadId, { status: "public", repId: null, poolId: "p", facts, ...more });
}

async function allPages<T>(read: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await read({ limit, after });
    const isFull = page.items.length === limit;
    expect(isFull || (page.next === null && page.items.length < limit)).toBe(true);
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

/** Without a position, as far as can be; before the first entry, here. */
const distance = (item: PoolLead | undefined): number => (item === undefined ? 0 : (item.distanceMeters ?? Infinity));

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Entries with a distance that brute force does not find, or nearer than the entry before them. */
function misplaced(listed: readonly PoolLead[], near: Place): readonly PoolLead[] {
  return listed.filter((item, index) => {
    if (distance(item) < distance(listed[index - 1])) return true;
    const brute = distanceTo(item.state, near);
    if (brute === null) return item.distanceMeters !== null;
    // Two engines, two sines; near the antipode, asin turns one bit into centimetres.
    return !(Math.abs(distance(item) - brute) < (brute > 19_000_000 ? 1 : 0.001));
  });
}

function distanceTo({ facts }: LeadState, near: Place): number | null {
  const { latitudeDeg, longitudeDeg } = facts.location;
  if (latitudeDeg === null || longitudeDeg === null) return null;
  const radians = Math.PI / 180;
  const across = Math.sin(((latitudeDeg - near.latitudeDeg) / 2) * radians) ** 2;
  const along = Math.sin(((longitudeDeg - near.longitudeDeg) / 2) * radians) ** 2;
  const chord = across + Math.cos(latitudeDeg * radians) * Math.cos(near.latitudeDeg * radians) * along;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function compareKeys(left: readonly (number | string)[], right: readonly (number | string)[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return 0;
}
