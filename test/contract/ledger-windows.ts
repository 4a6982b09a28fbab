import { expect, it } from "vitest";
import type { RepGrant } from "../../services/core/domain/ledger/reservation.ts";
import {
  HOUR_MS,
  NOW_MS,
  TENANT,
  claimsPerDay,
  ended,
  gist,
  grant,
  intakePerHour,
  item,
  listOf,
  reserve,
  reserveOne,
  rowsOf,
} from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

/** Windows from call to call, which a ledger need not count each time as long as it knows that there is room. */
export function windowCases(use: UseLedger): void {
  let leadCount = 0;
  const next = (ann: RepGrant) => item(`lead-${(leadCount += 1)}`, { lists: [listOf([ann])] });
  const route = async (ann: RepGrant, atMs = NOW_MS): Promise<string> =>
    gist(await reserveOne(use(), next(ann), { atMs }));
  const annOf = (limit: number): RepGrant => grant("ann", { windows: [intakePerHour(limit)] });

  it("stops at exactly the limit, one call after the other, and goes on to the millisecond", async () => {
    const owners = [];
    for (let minute = 0; minute < 7; minute += 1) owners.push(await route(annOf(5), NOW_MS + minute * 60_000));
    expect(owners).toEqual(["ann", "ann", "ann", "ann", "ann", "parked", "parked"]);
    expect(await route(annOf(5), NOW_MS + HOUR_MS - 1)).toBe("parked");
    expect(await route(annOf(5), NOW_MS + HOUR_MS)).toBe("ann");
    expect(await route(annOf(5), NOW_MS + HOUR_MS)).toBe("parked");
  });

  it("stops at exactly the limit within a call that began with room", async () => {
    expect(await route(annOf(4))).toBe("ann");
    const results = await reserve(
      use(),
      [1, 2, 3, 4, 5].map(() => next(annOf(4))),
    );
    expect(results.map(gist)).toEqual(["ann", "ann", "ann", "parked", "parked"]);
    expect(results[3]).toMatchObject({ verdicts: [{ verdict: "intake_window_full", gap: 1 }] });
  });

  it("judges by the limits of the plan at hand, whatever the room under another one", async () => {
    expect(await route(annOf(100))).toBe("ann");
    expect(await route(annOf(1))).toBe("parked");
    expect(await route(annOf(2))).toBe("ann");
    expect(await route(annOf(2))).toBe("parked");
    expect(await route(annOf(100))).toBe("ann");
    expect(await route(annOf(3))).toBe("parked");
  });

  it("knows a rep under two limits in one call", async () => {
    const results = await reserve(use(), [
      next(annOf(3)),
      next(annOf(2)),
      next(annOf(2)),
      next(annOf(3)),
      next(annOf(3)),
    ]);
    expect(results.map(gist)).toEqual(["ann", "ann", "parked", "ann", "parked"]);
  });

  it("counts what came through a list that sets the rep no window", async () => {
    expect(await route(annOf(3))).toBe("ann");
    expect([await route(grant("ann")), await route(grant("ann"))]).toEqual(["ann", "ann"]);
    expect(await route(annOf(3))).toBe("parked");
  });

  it("is not misled by a caller whose clock is behind: more of the past counts for him", async () => {
    expect(await route(annOf(2), NOW_MS)).toBe("ann");
    expect(await route(annOf(2), NOW_MS + HOUR_MS)).toBe("ann");
    expect(await route(annOf(2), NOW_MS + HOUR_MS - 1)).toBe("parked");
    expect(await route(annOf(2), NOW_MS + HOUR_MS)).toBe("ann");
  });

  it("counts entries by their times, whichever came first", async () => {
    expect(await route(annOf(2), NOW_MS + HOUR_MS / 2)).toBe("ann");
    expect(await route(annOf(2), NOW_MS)).toBe("ann");
    expect(await route(annOf(2), NOW_MS + HOUR_MS)).toBe("ann");
    expect(await route(annOf(2), NOW_MS + HOUR_MS)).toBe("parked");
  });

  it("keeps intake and claims apart", async () => {
    const ann = grant("ann", { windows: [intakePerHour(2), claimsPerDay(1)] });
    const claim = () => ({ ...next(ann), via: "claimed" as const, otherwise: { kind: "refuse" as const } });
    const results = await reserve(use(), [next(ann), claim(), claim(), next(ann), next(ann)]);
    expect(results.map(gist)).toEqual(["ann", "ann", "refused daily_claim_limit", "ann", "parked"]);
  });

  it("finds the same room in a ledger seeded from its rows", async () => {
    expect([await route(annOf(2)), await route(annOf(2))]).toEqual(["ann", "ann"]);
    await use().seed(2, new Map([[TENANT, await rowsOf(use())]]));
    expect(gist(await reserveOne(use(), next(annOf(2)), { epoch: 2 }))).toBe("parked");
    expect(gist(await reserveOne(use(), next(annOf(3)), { epoch: 2 }))).toBe("ann");
  });

  it("gets a place back from a reservation that was voided", async () => {
    const bob = grant("bob", { windows: [intakePerHour(1)] });
    await reserveOne(use(), item("lead", { otherwise: { kind: "public", poolId: "pool" } }));
    await reserveOne(use(), item("lead", { cycle: 2, via: "rerouted", lists: [listOf([bob])] }));
    expect(gist(await reserveOne(use(), item("other", { lists: [listOf([bob])] })))).toBe("parked");
    await use().apply(TENANT, [ended("lead", null, { status: "closed" })], 1);
    expect(gist(await reserveOne(use(), item("third", { lists: [listOf([bob])] })))).toBe("bob");
  });
}
