import { expect, it } from "vitest";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import {
  NOW_MS,
  TENANT,
  canonical,
  dumpOf,
  gist,
  grant,
  item,
  listOf,
  reserve,
  reserveOne,
  rowsOf,
} from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const five = [1, 2, 3, 4, 5].map((number) => grant(`rep-${number}`));

export function fairnessCases(use: UseLedger, open: () => Promise<Ledger>): void {
  it("B9: a ledger rebuilt from its rows gives no rep two in a row", async () => {
    const lists = [listOf(five)];
    const before = await reserve(
      use(),
      [1, 2, 3].map((lead) => item(`lead-${lead}`, { lists })),
    );
    const rows = await rowsOf(use());
    const rebuilt = await open();
    try {
      await rebuilt.seed(1, new Map([[TENANT, rows]]));
      const after = await reserve(
        rebuilt,
        [4, 5, 6].map((lead) => item(`lead-${lead}`, { lists })),
      );
      expect([...before, ...after].map(gist)).toEqual(["rep-1", "rep-2", "rep-3", "rep-4", "rep-5", "rep-1"]);
    } finally {
      await rebuilt.close();
    }
  });

  it("B9: a returner gets his share from then on: no flood, no hole", async () => {
    const colleagues = five.slice(0, 4);
    const without = [listOf(colleagues)];
    await reserve(
      use(),
      Array.from({ length: 10 }, (_, lead) => item(`early-${lead}`, { lists: [listOf(five)] })),
    );
    await reserve(
      use(),
      Array.from({ length: 400 }, (_, lead) => item(`away-${lead}`, { lists: without })),
    );
    const back = Array.from({ length: 50 }, (_, lead) => item(`back-${lead}`, { lists: [listOf(five)] }));
    const owners = (await reserve(use(), back)).map(gist);
    for (const { repId } of five) {
      expect(owners.slice(0, 10).filter((owner) => owner === repId)).toHaveLength(2);
      expect(owners.filter((owner) => owner === repId)).toHaveLength(10);
    }
  });

  it("lets a newcomer start where the others are", async () => {
    await reserve(
      use(),
      Array.from({ length: 40 }, (_, lead) => item(`early-${lead}`, { lists: [listOf(five)] })),
    );
    const lists = [listOf([...five, grant("rep-6")])];
    const owners = (
      await reserve(
        use(),
        Array.from({ length: 12 }, (_, lead) => item(`late-${lead}`, { lists })),
      )
    ).map(gist);
    expect(owners.filter((owner) => owner === "rep-6")).toHaveLength(2);
  });

  it("takes those who are behind the floor for equals, of whom the longest waiting comes first", async () => {
    const anywhere = (repId: string) => [listOf([grant(repId)], { nodeId: "" })];
    await reserve(use(), [item("first", { lists: anywhere("bob"), loadMilli: 2_000 })]);
    await reserve(use(), [item("second", { lists: anywhere("ann") })]);
    await reserve(
      use(),
      Array.from({ length: 6 }, (_, lead) => item(`third-${lead}`, { lists: [listOf([grant("cy")])] })),
    );
    const lists = [listOf(["ann", "bob", "cy"].map((repId) => grant(repId)))];
    const owners = (await reserve(use(), [item("fourth", { lists }), item("fifth", { lists })])).map(gist);
    expect(owners).toEqual(["bob", "ann"]);
  });

  it("does not let a full colleague hold the floor back", async () => {
    const lists = [listOf([grant("ann", { privatePool: 1 }), grant("bob")])];
    const results = await reserve(
      use(),
      [1, 2, 3, 4].map((lead) => item(`lead-${lead}`, { lists })),
    );
    const floors = results.map((result) => (result.kind === "decided" ? result.charge.floor : -1));
    expect(results.map(gist)).toEqual(["ann", "bob", "bob", "bob"]);
    expect(floors).toEqual([0, 1, 2, 3]);
  });

  it("leaves the floor where nobody present has room", async () => {
    const results = await reserve(use(), [item("lead", { lists: [listOf([grant("ann", { privatePool: 1 })])] })]);
    expect(results[0]).toMatchObject({ charge: { credit: 1, floor: 0 } });
  });

  it("keeps no floor for a list across teams", async () => {
    const lists = [listOf([grant("ann")], { nodeId: "" })];
    const results = await reserve(
      use(),
      [1, 2].map((lead) => item(`lead-${lead}`, { lists })),
    );
    expect(results[1]).toMatchObject({ charge: { credit: 2, turn: 2, floor: 0 } });
    expect((await dumpOf(use())).some((row) => row.includes('"kind","floor"'))).toBe(false);
  });

  it("writes a charge that a third of a unit survives to the last bit", async () => {
    const lists = [listOf([grant("ann", { fairnessWeight: 3 })])];
    await reserve(
      use(),
      [1, 2].map((lead) => item(`lead-${lead}`, { lists, loadMilli: 100 })),
    );
    const credit = 100 / 1000 / 3 + 100 / 1000 / 3;
    const again = await reserveOne(use(), item("lead-2", { lists }));
    expect(again).toMatchObject({ charge: { loadMilli: 100, credit, turn: 2, floor: credit }, atMs: NOW_MS });
    const rows = await rowsOf(use());
    expect(canonical(rows)).toContainEqual(canonical([{ kind: "floor", nodeId: "team", floor: credit }])[0]);
    expect(canonical(rows)).toContainEqual(canonical([{ kind: "turn", turn: 2 }])[0]);
  });
}
