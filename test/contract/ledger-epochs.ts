import { expect, it } from "vitest";
import { TENANT, dumpOf, ended, gist, grant, item, listOf, request, reserveOne, rowsOf } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const lead = item("lead", { lists: [listOf([grant("ann")])] });

export function epochCases(use: UseLedger): void {
  it("is fenced for another epoch, and has changed nothing", async () => {
    const before = await dumpOf(use());
    expect(await use().reserve(request([lead], { epoch: 2 }))).toEqual({ kind: "fenced" });
    expect(await use().reserve(request([lead], { epoch: 0 }))).toEqual({ kind: "fenced" });
    expect(await dumpOf(use())).toEqual(before);
  });

  it("is fenced for a tenant that was not seeded", async () => {
    expect(await use().reserve(request([lead], { tenantId: "other" }))).toEqual({ kind: "fenced" });
    expect(await use().apply("other", [ended("lead", "ann")], 1)).toBe("fenced");
  });

  it("applies changes from its epoch on, and none of a later one", async () => {
    await reserveOne(use(), lead);
    const before = await dumpOf(use());
    expect(await use().apply(TENANT, [ended("lead", "ann")], 2)).toBe("fenced");
    expect(await dumpOf(use())).toEqual(before);
    expect(await use().apply(TENANT, [ended("lead", "ann")], 0)).toBe("applied");
  });

  it("tells the epoch that all tenants have, or none", async () => {
    expect(await use().readyEpoch([TENANT])).toBe(1);
    expect(await use().readyEpoch([TENANT, "other"])).toBeNull();
    expect(await use().readyEpoch([])).toBe(1);
    await use().seed(
      7,
      new Map([
        [TENANT, []],
        ["other", []],
      ]),
    );
    expect(await use().readyEpoch([TENANT, "other"])).toBe(7);
  });

  it("opens a tenant that it has never had, beside the others and once", async () => {
    await reserveOne(use(), lead);
    const before = await dumpOf(use());
    expect(await use().open("new", 1)).toBe("opened");
    expect(await use().open("new", 1)).toBe("known");
    expect(await use().readyEpoch([TENANT, "new"])).toBe(1);
    expect((await use().reserve(request([lead], { tenantId: "new" }))).kind).toBe("reserved");
    expect(await dumpOf(use())).toEqual(before);
  });

  it("opens none that it began with, and none in another epoch", async () => {
    expect(await use().open(TENANT, 1)).toBe("known");
    expect(await use().open("new", 0)).toBe("fenced");
    expect(await use().open("new", 2)).toBe("fenced");
    expect(await use().readyEpoch(["new"])).toBeNull();
    await use().seed(2, new Map([["new", []]]));
    expect(await use().open("new", 2)).toBe("known");
    // A recovery knows all tenants of the log, so this one had nothing in it.
    expect(await use().open(TENANT, 2)).toBe("opened");
    expect(await dumpOf(use())).toEqual([]);
  });

  it("replaces everything when it is seeded with a later epoch", async () => {
    await reserveOne(use(), lead);
    expect(await use().seed(2, new Map([[TENANT, []]]))).toBe("activated");
    expect(await dumpOf(use())).toEqual([]);
    expect(gist(await reserveOne(use(), lead, { epoch: 2 }))).toBe("ann");
  });

  it("is not seeded with its own or an earlier epoch", async () => {
    await use().seed(5, new Map([[TENANT, []]]));
    await reserveOne(use(), lead, { epoch: 5 });
    const before = await dumpOf(use());
    expect(await use().seed(5, new Map([[TENANT, []]]))).toBe("superseded");
    expect(await use().seed(4, new Map([[TENANT, []]]))).toBe("superseded");
    expect(await dumpOf(use())).toEqual(before);
  });

  it("holds after seeding exactly the rows it was given", async () => {
    await reserveOne(use(), { ...lead, identityKeys: ["phone"] });
    const before = await dumpOf(use());
    await use().seed(2, new Map([[TENANT, await rowsOf(use())]]));
    expect(await dumpOf(use())).toEqual(before);
  });
}
