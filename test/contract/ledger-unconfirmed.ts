import { expect, it } from "vitest";
import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import type { LedgerChange } from "../../services/core/domain/ledger/reservation.ts";
import {
  NOW_MS,
  TENANT,
  claimsPerDay,
  confirmed,
  dumpOf,
  ended,
  gist,
  grant,
  item,
  listOf,
  reserve,
  reserveOne,
  rowsOf,
} from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const toAnn = { lists: [listOf([grant("ann")])] };
const bobs = [listOf([grant("bob", { windows: [claimsPerDay(1)] })])];
const isPublic = { otherwise: { kind: "public" as const, poolId: "pool" } };
const transfer = item("lead", { lists: bobs, cycle: 2, via: "transferred", transferFromRepId: "ann" });
const claim = item("lead", { lists: bobs, cycle: 2, via: "claimed", otherwise: { kind: "refuse" } });
const LATER_MS = NOW_MS + 1000;
const closure = (repId: string | null, changes: Parameters<typeof ended>[2] = {}): LedgerChange =>
  ended("lead", repId, { status: "closed", ...changes });

/** Reservations of cycle 2 and later, between the ledger and the log. */
export function unconfirmedCases(use: UseLedger): void {
  const apply = (...changes: LedgerChange[]) => use().apply(TENANT, changes, 1);
  const row = async <K extends LedgerRow["kind"]>(kind: K): Promise<Extract<LedgerRow, { kind: K }>[]> =>
    (await rowsOf(use())).filter((one): one is Extract<LedgerRow, { kind: K }> => one.kind === kind);

  it("I7: voids a transfer that a closure overtook in the log, and frees both slots", async () => {
    await reserveOne(use(), item("lead", { ...toAnn, identityKeys: ["phone"] }));
    expect(gist(await reserveOne(use(), transfer))).toBe("bob");
    await apply(closure("ann", { identityKeys: ["phone"] }));
    expect(await row("held")).toEqual([]);
    expect(await row("identity")).toEqual([]);
    expect(await row("lead")).toMatchObject([{ cycle: 1, status: "closed", ref: "", atMs: 0, loadMilli: 0 }]);
    expect((await row("rep")).map(({ repId, held, loadMilli }) => [repId, held, loadMilli])).toEqual([["ann", 0, 0]]);
    expect(gist(await reserveOne(use(), transfer))).toBe("refused lead_closed");
  });

  it("I7: voids a claim that a closure overtook, and gives the claimant his claim of the day back", async () => {
    await reserveOne(use(), item("lead", isPublic));
    await reserveOne(use(), item("other", isPublic));
    expect(gist(await reserveOne(use(), claim))).toBe("bob");
    expect(gist(await reserveOne(use(), { ...claim, leadId: "other" }))).toBe("refused daily_claim_limit");
    await apply(closure(null));
    expect(await row("window")).toEqual([]);
    expect(gist(await reserveOne(use(), { ...claim, leadId: "other" }))).toBe("bob");
  });

  it("voids a cycle that was parked again", async () => {
    await reserveOne(use(), item("lead", isPublic));
    await reserveOne(use(), item("lead", { cycle: 2 }));
    await apply(closure(null));
    expect(await row("lead")).toMatchObject([{ cycle: 1, status: "closed" }]);
  });

  it("keeps credit, turn and floor of a charge that was voided, so that none of them ever sinks", async () => {
    await reserveOne(use(), item("lead", isPublic));
    await reserveOne(use(), item("lead", { ...toAnn, cycle: 2 }));
    await apply(closure(null));
    expect(await row("rep")).toEqual([{ kind: "rep", repId: "ann", held: 0, loadMilli: 0, credit: 1, turn: 1 }]);
    expect(await row("turn")).toEqual([{ kind: "turn", turn: 1 }]);
  });

  it("keeps a cycle whose decision stood in the log before the closure of the last one", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await reserveOne(use(), transfer);
    await apply(ended("lead", "ann"), confirmed("lead", 2));
    const before = await dumpOf(use());
    await apply(closure("ann"));
    expect(await dumpOf(use())).toEqual(before);
  });

  it("does not take a decision of another reservation for its own", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await reserveOne(use(), transfer);
    await apply(confirmed("lead", 2, { epoch: 0 }), confirmed("lead", 3), confirmed("none", 2));
    await apply(closure("ann"));
    expect(await row("held")).toEqual([]);
  });

  it("does not void a transfer because its lead was released meanwhile: that opens the next cycle too", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await reserveOne(use(), transfer);
    await apply(ended("lead", "ann", { status: "public", poolId: "pool" }), ended("lead", "ann"));
    expect(await row("held")).toEqual([{ kind: "held", repId: "bob", leadId: "lead", cycle: 2 }]);
    await apply(confirmed("lead", 2), closure("ann"));
    expect(await row("held")).toHaveLength(1);
  });

  it("X4: does not void the cycle of a reopened lead when its old closure is delivered again", async () => {
    await reserveOne(use(), item("lead", toAnn));
    const past = [closure("ann"), { kind: "reopened", leadId: "lead", cycle: 1 } as const];
    await apply(...past);
    expect(gist(await reserveOne(use(), { ...claim, cycle: 3, via: "rerouted" }))).toBe("bob");
    const before = await dumpOf(use());
    await apply(...past);
    expect(await dumpOf(use())).toEqual(before);
    await apply(closure(null, { cycle: 2 }));
    expect(await row("held")).toEqual([]);
  });

  it("I7: never lets a decision reserved before the closure count behind the reopening", async () => {
    await reserveOne(use(), item("lead", isPublic));
    await reserveOne(use(), claim);
    const reopened = { kind: "reopened", leadId: "lead", cycle: 1 } as const;
    await apply(closure(null), reopened, confirmed("lead", 2));
    expect(await row("held")).toEqual([]);
    expect(await row("lead")).toMatchObject([{ cycle: 2, status: "released" }]);
    expect(gist(await reserveOne(use(), claim))).toBe("superseded");
    expect(gist(await reserveOne(use(), item("lead", { ...toAnn, cycle: 3 })))).toBe("ann");
  });

  it("X4: voids once, however often closure and stale decision are delivered", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await reserveOne(use(), transfer);
    const records = [closure("ann"), confirmed("lead", 2)];
    await apply(...records);
    const once = await dumpOf(use());
    await apply(...records);
    expect(await dumpOf(use())).toEqual(once);
  });

  it("takes everything it is seeded with for confirmed", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await reserveOne(use(), transfer);
    await use().seed(2, new Map([[TENANT, await rowsOf(use())]]));
    await use().apply(TENANT, [closure(null)], 2);
    expect(await row("lead")).toMatchObject([{ cycle: 2, status: "owned", ref: "bob" }]);
  });

  it("gives the outcome of a reservation nobody logged to whoever asks next, so that he can log it", async () => {
    await reserveOne(use(), item("lead", isPublic));
    const lost = await reserveOne(use(), claim);
    const byCho = { ...claim, lists: [listOf([grant("cho")])] };
    const found = await reserveOne(use(), byCho, { atMs: LATER_MS });
    expect(found).toEqual({ ...lost, replayed: true, step: -1, verdicts: [] });
    expect(found).toMatchObject({ outcome: { kind: "assigned", repId: "bob" }, atMs: NOW_MS });
    await apply(confirmed("lead", 2), closure(null));
    expect(await row("held")).toHaveLength(1);
    expect(await row("window")).toHaveLength(1);
  });

  it("tells whoever repeats a reservation how and under which plan it was made", async () => {
    await reserveOne(use(), item("lead", isPublic));
    await reserveOne(use(), claim);
    const again = await reserveOne(use(), { ...transfer, planVersion: 2 });
    expect(again).toMatchObject({ replayed: true, via: "claimed", planVersion: 1 });
    expect(await row("lead")).toMatchObject([{ via: "claimed", planVersion: 1 }]);
  });

  it("names what was reserved and is not in the log yet", async () => {
    const unfinished = () => use().unfinished(TENANT);
    await reserve(use(), [item("lead", toAnn), item("other", isPublic)]);
    expect(await unfinished()).toEqual([]);
    await reserveOne(use(), transfer);
    await reserveOne(use(), { ...claim, leadId: "other" });
    const both = [
      { leadId: "lead", cycle: 2, via: "transferred" },
      { leadId: "other", cycle: 2, via: "claimed" },
    ];
    expect((await unfinished()).toSorted((a, b) => (a.leadId < b.leadId ? -1 : 1))).toEqual(both);
    await apply(confirmed("lead", 2), closure(null, { leadId: "other" }));
    expect(await unfinished()).toEqual([]);
    expect(await use().unfinished("nobody")).toEqual([]);
  });

  it("changes nothing by a second release of a cycle", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await apply(ended("lead", "ann", { status: "public", poolId: "pool" }));
    const before = await dumpOf(use());
    await apply(ended("lead", "ann"));
    expect(await dumpOf(use())).toEqual(before);
  });
}
