import { expect, it } from "vitest";
import type { ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import type { Strategy } from "../../services/core/domain/matching/policy.ts";
import { gist, grant, item, listOf, repIndexOf, reserve, reserveOne } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const leads = (count: number, changes: Partial<ReserveItem>) =>
  Array.from({ length: count }, (_, index) => item(`lead-${index}`, changes));
const reps = ["ann", "bob", "cho"].map((repId) => grant(repId));

export function strategyCases(use: UseLedger): void {
  it("best_fit takes the fittest while there is room, then the next", async () => {
    const grants = reps.map(({ repId }) => grant(repId, { privatePool: 2 }));
    const lists = [listOf(grants, { strategy: "best_fit", fits: [10, 30, 20] })];
    expect((await reserve(use(), leads(5, { lists }))).map(gist)).toEqual(["bob", "bob", "cho", "cho", "ann"]);
  });

  it("fair_fit lets the fittest run ahead by the bound and no further", async () => {
    const lists = [listOf(reps.slice(0, 2), { fits: [9000, 1000], fairnessBound: 2 })];
    const owners = (await reserve(use(), leads(6, { lists }))).map(gist);
    expect(owners).toEqual(["ann", "ann", "ann", "bob", "ann", "bob"]);
  });

  it("round_robin takes the one who waited longest", async () => {
    const lists = [listOf(reps, { strategy: "round_robin", fits: [1, 2, 3] })];
    expect((await reserve(use(), leads(5, { lists }))).map(gist)).toEqual(["ann", "bob", "cho", "ann", "bob"]);
  });

  it("least_loaded takes the smallest share of the capacity", async () => {
    const grants = [
      grant("ann", { loadMilli: 4000 }),
      grant("bob", { loadMilli: 8000 }),
      grant("cho", { privatePool: 4 }),
    ];
    const lists = [listOf(grants, { strategy: "least_loaded" })];
    const owners = (await reserve(use(), leads(6, { lists }))).map(gist);
    expect(owners).toEqual(["ann", "bob", "cho", "bob", "ann", "cho"]);
  });

  it("B2: at equal virtual time the larger weight goes first", async () => {
    const lists = [
      listOf([grant("ann", { fairnessWeight: 100 }), grant("bob", { fairnessWeight: 150 })], { strategy: "weighted" }),
    ];
    await reserve(use(), [
      item("w-1", { lists: [listOf([lists[0]!.candidates[0]!.grant])], loadMilli: 100_000 }),
      item("w-2", { lists: [listOf([lists[0]!.candidates[1]!.grant])], loadMilli: 150_000 }),
    ]);
    expect(gist(await reserveOne(use(), item("next", { lists })))).toBe("bob");
  });

  it.each<Strategy>(["weighted", "fair_fit", "round_robin", "least_loaded"])(
    "B5, B6: %s splits evenly among equals",
    async (strategy) => {
      for (const [size, share] of [
        [2, 15],
        [3, 10],
      ] as const) {
        const grants = Array.from({ length: size }, (_, index) => grant(`${size}-rep-${index}`));
        const lists = [listOf(grants, { strategy, nodeId: `node-${size}` })];
        const owners: string[] = [];
        for (let lead = 0; lead < 30; lead += 1) {
          owners.push(gist(await reserveOne(use(), item(`${size}-lead-${lead}`, { lists }))));
        }
        for (const { repId } of grants) expect(owners.filter((owner) => owner === repId)).toHaveLength(share);
      }
    },
  );

  it.each<Strategy>(["weighted", "fair_fit"])(
    "B7: %s gives weights 1 to 2 over 3000 leads 1000 and 2000",
    async (strategy) => {
      const lists = [listOf([grant("ann"), grant("bob", { fairnessWeight: 2 })], { strategy })];
      const all = leads(3000, { lists });
      const owners: string[] = [];
      for (let first = 0; first < 3000; first += 500) {
        owners.push(...(await reserve(use(), all.slice(first, first + 500))).map(gist));
      }
      expect(Math.abs(owners.filter((owner) => owner === "ann").length - 1000)).toBeLessThanOrEqual(1);
    },
  );

  it("B8: of an allowed subset the longest waiting goes first, and the others keep their order", async () => {
    const five = [1, 2, 3, 4, 5].map((number) => grant(`rep-${number}`));
    const all = listOf(five, { strategy: "round_robin" });
    const subset = listOf([five[1]!, five[2]!], { strategy: "round_robin", present: five });
    const warmUp = ["rep-3", "rep-1", "rep-2", "rep-4", "rep-5"].map((repId, index) =>
      item(`warm-${index}`, { lists: [listOf([grant(repId)], { strategy: "round_robin", present: five })] }),
    );
    await reserve(use(), warmUp);
    const items = [subset, subset, all, all, all, all, all].map((list, index) =>
      item(`lead-${index}`, { lists: [list] }),
    );
    const owners = (await reserve(use(), items)).map(gist);
    expect(owners).toEqual(["rep-3", "rep-2", "rep-1", "rep-4", "rep-5", "rep-3", "rep-2"]);
  });

  it("tries lists in order, and explains each candidate once, by the last list that would have had him", async () => {
    const absent = { repIndex: repIndexOf("zoe"), verdict: "absent" as const, fit: 0, gap: 0 };
    const [ann, bob, cho, dee] = [grant("ann", { privatePool: 0 }), grant("bob"), grant("cho"), grant("dee")];
    const stopped = { repIndex: bob.repIndex, verdict: "skill_missing" as const, fit: 0, gap: 2 };
    const first = listOf([ann], { filtered: [absent, stopped] });
    const second = listOf([bob, cho], { fits: [10, 25], fairnessBound: 1, filtered: [absent] });
    const third = listOf([bob, cho, dee]);
    expect(await reserveOne(use(), item("lead", { lists: [first, second, third] }))).toEqual({
      kind: "decided",
      outcome: { kind: "assigned", repId: "cho" },
      charge: { loadMilli: 1000, credit: 1, turn: 1, floor: 0 },
      atMs: expect.any(Number),
      via: "routed",
      planVersion: 1,
      replayed: false,
      step: 1,
      verdicts: [
        { repIndex: bob.repIndex, verdict: "lower_fit", fit: 10, gap: 15 },
        { repIndex: cho.repIndex, verdict: "chosen", fit: 25, gap: 0 },
        { repIndex: ann.repIndex, verdict: "private_pool_full", fit: 5000, gap: 1 },
        absent,
        { repIndex: dee.repIndex, verdict: "step_not_reached", fit: 5000, gap: 0 },
      ],
      counted: [],
    });
  });

  it("says by how much each loser lost", async () => {
    const lists = [listOf(reps, { fits: [10, 10, 30], fairnessBound: 0.5 })];
    const results = await reserve(use(), leads(3, { lists }));
    const verdicts = results.map((result) =>
      result.kind === "decided" ? result.verdicts.map(({ verdict, gap }) => [verdict, gap]) : [],
    );
    expect(verdicts).toEqual([
      [
        ["lower_fit", 20],
        ["lower_fit", 20],
        ["chosen", 0],
      ],
      [
        ["chosen", 0],
        ["higher_id", 0],
        ["beyond_fairness_bound", 500],
      ],
      [
        ["beyond_fairness_bound", 500],
        ["chosen", 0],
        ["beyond_fairness_bound", 500],
      ],
    ]);
    const turns = await reserve(use(), [item("turn", { lists: [listOf(reps, { strategy: "round_robin" })] })]);
    expect(turns[0]).toMatchObject({
      verdicts: [{ gap: 1 }, { verdict: "served_more_recently", gap: 2 }, { verdict: "chosen" }],
    });
  });
}
