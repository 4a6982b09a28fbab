import { expect, it } from "vitest";
import type { ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import {
  DAY_MS,
  HOUR_MS,
  NOW_MS,
  TENANT,
  claimsPerDay,
  dumpOf,
  ended,
  gist,
  grant,
  intakePerHour,
  item,
  listOf,
  reserve,
  reserveOne,
} from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const MINUTE_MS = 60_000;
const claim = { via: "claimed" as const, otherwise: { kind: "refuse" as const } };
const leads = (count: number, changes: Partial<ReserveItem>) =>
  Array.from({ length: count }, (_, index) => item(`lead-${index}`, changes));

export function limitCases(use: UseLedger): void {
  it("A2: gives nothing to a rep at the limit, and says why", async () => {
    const full = grant("ann", { privatePool: 1 });
    const loaded = grant("bob", { loadMilli: 1500 });
    const lists = [listOf([full, loaded])];
    expect((await reserve(use(), leads(2, { lists }))).map(gist)).toEqual(["ann", "bob"]);
    const result = await reserveOne(use(), item("third", { lists }));
    expect(result).toMatchObject({
      outcome: { kind: "parked" },
      step: -1,
      verdicts: [
        { repIndex: full.repIndex, verdict: "private_pool_full", fit: 5000, gap: 1 },
        { repIndex: loaded.repIndex, verdict: "load_full", fit: 5000, gap: 500 },
      ],
    });
  });

  it("A3: gives nothing to a rep of no capacity, even when alone", async () => {
    const results = await reserve(use(), [
      item("one", { lists: [listOf([grant("ann", { privatePool: 0 })])] }),
      item("two", { lists: [listOf([grant("ann", { loadMilli: 0 })])] }),
      item("three", { lists: [listOf([grant("ann", { windows: [intakePerHour(0)] })])] }),
    ]);
    expect(results.map(gist)).toEqual(["parked", "parked", "parked"]);
  });

  it("A5: two an hour for two reps and five leads give 2 + 2; the fifth goes out when the window moves", async () => {
    const lists = [listOf(["ann", "bob"].map((repId) => grant(repId, { windows: [intakePerHour(2)] })))];
    expect((await reserve(use(), leads(5, { lists }))).map(gist)).toEqual(["ann", "bob", "ann", "bob", "parked"]);
    const fifth = item("lead-4", { lists, cycle: 2, otherwise: { kind: "refuse" } });
    expect(await reserveOne(use(), fifth, { atMs: NOW_MS + HOUR_MS - 1 })).toEqual({
      kind: "refused",
      reason: "no_capacity",
    });
    expect(gist(await reserveOne(use(), fifth, { atMs: NOW_MS + HOUR_MS }))).toBe("ann");
  });

  it.each([
    { minutes: 70, owner: "ann" },
    { minutes: 60, owner: "ann" },
    { minutes: 50, owner: "parked" },
  ])("A5: an assignment $minutes minutes old, window of an hour: $owner", async ({ minutes, owner }) => {
    const lists = [listOf([grant("ann", { windows: [intakePerHour(1)] })])];
    await reserveOne(use(), item("old", { lists }), { atMs: NOW_MS - minutes * MINUTE_MS });
    expect(gist(await reserveOne(use(), item("new", { lists })))).toBe(owner);
  });

  it("A7: capacity 6 and leads of weight 2 give 3", async () => {
    const lists = [listOf([grant("ann", { loadMilli: 6000 })])];
    expect((await reserve(use(), leads(4, { lists, loadMilli: 2000 }))).map(gist)).toEqual([
      "ann",
      "ann",
      "ann",
      "parked",
    ]);
  });

  it("A8: bounds a person in two teams once", async () => {
    const ann = grant("ann", { privatePool: 2 });
    const north = listOf([ann], { nodeId: "north" });
    const south = listOf([ann], { nodeId: "south" });
    const results = await reserve(use(), [
      item("one", { lists: [north] }),
      item("two", { lists: [south] }),
      item("three", { lists: [north] }),
      item("four", { lists: [south] }),
    ]);
    expect(results.map(gist)).toEqual(["ann", "ann", "parked", "parked"]);
  });

  it("counts a channel's window by that channel only", async () => {
    const windows = [intakePerHour(1, "web|ads")];
    const lists = [listOf([grant("ann", { windows })])];
    const results = await reserve(use(), [
      item("one", { lists, channel: "web" }),
      item("two", { lists, channel: "web|ads" }),
      item("three", { lists, channel: "web|ads" }),
      item("four", { lists, channel: "web" }),
    ]);
    expect(results.map(gist)).toEqual(["ann", "ann", "parked", "ann"]);
    expect(gist(await reserveOne(use(), item("five", { lists, channel: "web|ads" })))).toBe("parked");
  });

  it("P3: a claim counts for the day even after its release; an assigned lead does not count", async () => {
    const lists = [listOf([grant("ann", { windows: [claimsPerDay(2)] })])];
    await reserve(use(), leads(3, { lists }));
    expect(gist(await reserveOne(use(), item("claim-1", { ...claim, lists })))).toBe("ann");
    await use().apply(TENANT, [ended("claim-1", "ann")], 1);
    expect(gist(await reserveOne(use(), item("claim-2", { ...claim, lists })))).toBe("ann");
    const third = item("claim-3", { ...claim, lists });
    expect(gist(await reserveOne(use(), third, { atMs: NOW_MS + DAY_MS - 1 }))).toBe("refused daily_claim_limit");
    expect(gist(await reserveOne(use(), third, { atMs: NOW_MS + DAY_MS }))).toBe("ann");
  });

  it("P1: names the limit that stops a claim, in the order of the checks, and changes nothing", async () => {
    const windows = [claimsPerDay(0), intakePerHour(0)];
    const before = await dumpOf(use());
    const refusals = [
      grant("ann", { privatePool: 0, loadMilli: 0, windows }),
      grant("ann", { loadMilli: 0, windows }),
      grant("ann", { windows }),
    ].map((only) => item("lead", { ...claim, lists: [listOf([only])] }));
    expect((await reserve(use(), refusals)).map(gist)).toEqual([
      "refused private_pool_full",
      "refused load_full",
      "refused daily_claim_limit",
    ]);
    const intake = item("lead", { lists: [listOf([grant("ann", { windows })])], otherwise: { kind: "refuse" } });
    expect(gist(await reserveOne(use(), intake))).toBe("refused intake_window_full");
    expect(gist(await reserveOne(use(), { ...intake, lists: [] }))).toBe("refused no_capacity");
    expect(await dumpOf(use())).toEqual(before);
  });

  it("counts a transfer in no window, and charges nobody for it", async () => {
    await reserveOne(use(), item("lead", { lists: [listOf([grant("ann")])] }));
    const bob = grant("bob", { windows: [intakePerHour(1)] });
    const transfer = { cycle: 2, via: "transferred" as const, transferFromRepId: "ann", lists: [listOf([bob])] };
    expect(await reserveOne(use(), item("lead", transfer))).toMatchObject({ charge: { credit: 0, turn: 2 } });
    expect(gist(await reserveOne(use(), item("next", { lists: [listOf([bob])] })))).toBe("bob");
  });

  it("X2: a thousand leads for ten reps of capacity ten: exactly a hundred", async () => {
    const grants = Array.from({ length: 10 }, (_, index) => grant(`rep-${index}`, { privatePool: 10 }));
    const all = leads(1000, { lists: [listOf(grants)] });
    const batches = Array.from({ length: 10 }, (_, index) => all.slice(index * 100, index * 100 + 100));
    const owners = (await Promise.all(batches.map((batch) => reserve(use(), batch)))).flat().map(gist);
    expect(owners.filter((owner) => owner !== "parked")).toHaveLength(100);
    for (const { repId } of grants) expect(owners.filter((owner) => owner === repId)).toHaveLength(10);
  });

  it("keeps no window entry beyond the horizon", async () => {
    const lists = [listOf([grant("ann")])];
    await reserveOne(use(), item("old", { lists }), { atMs: NOW_MS - 32 * DAY_MS });
    await reserveOne(use(), item("new", { lists }));
    const windows = (await dumpOf(use())).filter((row) => row.includes('"kind","window"'));
    expect(windows).toHaveLength(1);
    expect(windows[0]).toContain('"leadId","new"');
  });
}
