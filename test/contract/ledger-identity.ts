import { expect, it } from "vitest";
import { TENANT, dumpOf, ended, gist, grant, item, listOf, reserve, reserveOne } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const lists = [listOf([grant("ann"), grant("bob")])];
const phone = ["phone", "e-mail"];

export function identityCases(use: UseLedger): void {
  it("D4: gives a duplicate of an owned lead to nobody else, and takes no slot for it", async () => {
    const results = await reserve(use(), [
      item("first", { lists, identityKeys: phone }),
      item("second", { lists, identityKeys: ["e-mail"] }),
    ]);
    expect(results[1]).toMatchObject({
      outcome: { kind: "duplicate", ofLeadId: "first" },
      charge: { loadMilli: 0, credit: 0, turn: 0, floor: 0 },
    });
    expect((await dumpOf(use())).filter((row) => row.includes('"kind","held"'))).toHaveLength(1);
  });

  it.each(["parked", "public"] as const)("knows the customer of a %s lead", async (kind) => {
    const otherwise = kind === "parked" ? { kind, reason: "no_capacity" as const } : { kind, poolId: "pool" };
    await reserveOne(use(), item("first", { identityKeys: phone, otherwise }));
    expect(gist(await reserveOne(use(), item("second", { lists, identityKeys: phone })))).toBe("duplicate");
  });

  it.each(["rejected", "dead"] as const)(
    "takes no customer from a %s lead, and does not call it a duplicate",
    async (kind) => {
      const invalid = item("first", { identityKeys: phone, otherwise: { kind, reason: "unreachable_number" } });
      expect(gist(await reserveOne(use(), invalid))).toBe(kind);
      expect(gist(await reserveOne(use(), item("second", { lists, identityKeys: phone })))).toBe("ann");
      expect(gist(await reserveOne(use(), { ...invalid, leadId: "third" }))).toBe(kind);
    },
  );

  it("gives a duplicate's own keys to nobody", async () => {
    await reserveOne(use(), item("first", { lists, identityKeys: ["phone"] }));
    await reserveOne(use(), item("second", { lists, identityKeys: ["phone", "tax-number"] }));
    expect(gist(await reserveOne(use(), item("third", { lists, identityKeys: ["tax-number"] })))).toBe("bob");
  });

  it("keeps the keys over a release, and forgets them when the lead is closed", async () => {
    await reserveOne(use(), item("first", { lists, identityKeys: phone }));
    await use().apply(TENANT, [ended("first", "ann")], 1);
    expect(gist(await reserveOne(use(), item("second", { lists, identityKeys: phone })))).toBe("duplicate");
    await use().apply(TENANT, [ended("first", null, { status: "closed", identityKeys: phone })], 1);
    expect(gist(await reserveOne(use(), item("third", { lists, identityKeys: phone })))).toBe("bob");
  });

  it("does not forget keys that belong to another lead by now", async () => {
    const close = ended("first", "ann", { status: "closed", identityKeys: phone });
    await reserveOne(use(), item("first", { lists, identityKeys: phone }));
    await use().apply(TENANT, [close], 1);
    await reserveOne(use(), item("second", { lists, identityKeys: phone }));
    await use().apply(TENANT, [close], 1);
    expect(gist(await reserveOne(use(), item("third", { lists, identityKeys: phone })))).toBe("duplicate");
  });
}
