import { expect, it } from "vitest";
import type { ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import { NOW_MS, TENANT, dumpOf, ended, gist, grant, item, listOf, reserve, reserveOne } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const toAnn = { lists: [listOf([grant("ann")])] };
const toBob = { lists: [listOf([grant("bob")])] };
const outcomes: readonly ReserveItem[] = [
  item("lead", toAnn),
  item("lead", { otherwise: { kind: "parked", reason: "no_territory" } }),
  item("lead", { otherwise: { kind: "public", poolId: "pool" } }),
  item("lead", { otherwise: { kind: "rejected", reason: "unreachable_number" } }),
  item("lead", { otherwise: { kind: "dead", reason: "LEAD_INVALID" } }),
];

export function leadCases(use: UseLedger): void {
  it.each(outcomes)(
    "X4: repeats the first outcome of a cycle, whatever is asked then: $otherwise.kind",
    async (first) => {
      const decided = await reserveOne(use(), first);
      const before = await dumpOf(use());
      const again = await reserveOne(use(), item("lead", toBob), { atMs: NOW_MS + 5000 });
      expect(again).toEqual({ ...decided, replayed: true, step: -1, verdicts: [] });
      expect(await dumpOf(use())).toEqual(before);
    },
  );

  it("repeats a duplicate's outcome", async () => {
    await reserveOne(use(), item("first", { ...toAnn, identityKeys: ["phone"] }));
    const duplicate = await reserveOne(use(), item("second", { ...toBob, identityKeys: ["phone"] }));
    const again = await reserveOne(use(), item("second", toBob));
    expect(again).toMatchObject({ outcome: { kind: "duplicate", ofLeadId: "first" }, replayed: true });
    expect(duplicate).toMatchObject({ outcome: { kind: "duplicate", ofLeadId: "first" }, replayed: false });
  });

  it("decides a lead once that comes twice in one batch", async () => {
    const results = await reserve(use(), [item("lead", toAnn), item("lead", toBob)]);
    expect(results.map(gist)).toEqual(["ann", "ann"]);
    expect(results[1]).toMatchObject({ replayed: true });
  });

  it("gives one outcome to four clients that reserve the same batch at once", async () => {
    const grants = ["ann", "bob", "cho"].map((repId) => grant(repId, { privatePool: 20 }));
    const batch = Array.from({ length: 50 }, (_, index) => item(`lead-${index}`, { lists: [listOf(grants)] }));
    const answers = await Promise.all([1, 2, 3, 4].map(() => reserve(use(), batch)));
    for (const answer of answers) expect(answer.map(gist)).toEqual(answers[0]!.map(gist));
    expect((await dumpOf(use())).filter((row) => row.includes('"held"],'))).toHaveLength(50);
  });

  it("refuses a cycle that skips one", async () => {
    expect(gist(await reserveOne(use(), item("new", { ...toAnn, cycle: 2 })))).toBe("refused stale_version");
    await reserveOne(use(), item("lead"));
    expect(gist(await reserveOne(use(), item("lead", { ...toAnn, cycle: 3 })))).toBe("refused stale_version");
  });

  it.each(["released", "public"] as const)(
    "answers superseded for a cycle that ended as %s, and opens the next",
    async (status) => {
      await reserveOne(use(), item("lead", toAnn));
      await use().apply(TENANT, [ended("lead", "ann", { status, poolId: status === "public" ? "pool" : "" })], 1);
      expect(gist(await reserveOne(use(), item("lead", toAnn)))).toBe("superseded");
      expect(gist(await reserveOne(use(), item("lead", { ...toBob, cycle: 2 })))).toBe("bob");
      expect(gist(await reserveOne(use(), item("lead", toAnn)))).toBe("superseded");
    },
  );

  it.each([outcomes[1]!, outcomes[2]!])(
    "opens the next cycle of a lead without an owner: $otherwise.kind",
    async (first) => {
      await reserveOne(use(), first);
      expect(gist(await reserveOne(use(), item("lead", { ...toAnn, cycle: 2 })))).toBe("ann");
    },
  );

  it.each([outcomes[3]!, outcomes[4]!])("never opens the next cycle after $otherwise.kind", async (first) => {
    await reserveOne(use(), first);
    expect(gist(await reserveOne(use(), item("lead", { ...toAnn, cycle: 2 })))).toBe("refused lead_closed");
  });

  it("D1: never assigns an owned or a closed lead again, until it is reopened", async () => {
    await reserveOne(use(), item("lead", toAnn));
    expect(gist(await reserveOne(use(), item("lead", { ...toBob, cycle: 2 })))).toBe("refused already_owned");
    await use().apply(TENANT, [ended("lead", "ann", { status: "closed" })], 1);
    expect(gist(await reserveOne(use(), item("lead", toAnn)))).toBe("superseded");
    expect(gist(await reserveOne(use(), item("lead", { ...toBob, cycle: 2 })))).toBe("refused lead_closed");
    await use().apply(TENANT, [{ kind: "reopened", leadId: "lead", cycle: 1 }], 1);
    expect(gist(await reserveOne(use(), item("lead", { ...toBob, cycle: 2 })))).toBe("superseded");
    expect(gist(await reserveOne(use(), item("lead", { ...toBob, cycle: 3 })))).toBe("bob");
  });

  it("opens the next round of a dead lead once it is reopened", async () => {
    await reserveOne(use(), outcomes[4]!);
    await use().apply(TENANT, [{ kind: "reopened", leadId: "lead", cycle: 1 }], 1);
    expect(gist(await reserveOne(use(), outcomes[4]!))).toBe("superseded");
    expect(gist(await reserveOne(use(), item("lead", { ...toAnn, cycle: 3 })))).toBe("ann");
  });

  it("transfers from the owner only, and keeps the old slot until the release is applied", async () => {
    await reserveOne(use(), item("lead", { ...toAnn, loadMilli: 2000 }));
    const transfer = { ...toBob, cycle: 2, via: "transferred" as const, loadMilli: 2000 };
    const fromEve = item("lead", { ...transfer, transferFromRepId: "eve" });
    expect(gist(await reserveOne(use(), fromEve))).toBe("refused already_owned");
    expect(gist(await reserveOne(use(), item("lead", { ...transfer, transferFromRepId: "ann" })))).toBe("bob");
    expect(await fills()).toEqual({ ann: [1, 2000], bob: [1, 2000] });
    await use().apply(TENANT, [ended("lead", "ann", { loadMilli: 2000 })], 1);
    expect(await fills()).toEqual({ ann: [0, 0], bob: [1, 2000] });
    expect(gist(await reserveOne(use(), item("lead", { ...transfer, transferFromRepId: "ann" })))).toBe("bob");
  });

  it("X4: frees a slot once, however often the release is applied", async () => {
    await reserve(use(), [item("lead", toAnn), item("other", toAnn)]);
    const changes = [ended("lead", "ann"), ended("other", "ann", { status: "closed" })];
    await use().apply(TENANT, changes, 1);
    const once = await dumpOf(use());
    await use().apply(TENANT, changes, 1);
    expect(await dumpOf(use())).toEqual(once);
    expect(await fills()).toEqual({ ann: [0, 0] });
  });

  it("leaves the next cycle alone when the end of the last is applied again", async () => {
    await reserveOne(use(), item("lead", toAnn));
    await use().apply(TENANT, [ended("lead", "ann")], 1);
    await reserveOne(use(), item("lead", { ...toAnn, cycle: 2 }));
    const before = await dumpOf(use());
    await use().apply(TENANT, [ended("lead", "ann"), { kind: "reopened", leadId: "lead", cycle: 1 }], 1);
    expect(await dumpOf(use())).toEqual(before);
  });

  async function fills(): Promise<Record<string, readonly [number, number]>> {
    const found: Record<string, readonly [number, number]> = {};
    for await (const row of use().dump(TENANT)) if (row.kind === "rep") found[row.repId] = [row.held, row.loadMilli];
    return found;
  }
}
