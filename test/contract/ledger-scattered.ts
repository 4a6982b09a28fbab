import { expect, it } from "vitest";
import type {
  CandidateList,
  RepGrant,
  ReserveItem,
  ReserveResult,
} from "../../services/core/domain/ledger/reservation.ts";
import { TENANT, gist, grant, item, listOf, reserve, reserveOne } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const OTHER = "other";

const team = (name: string, size: number): readonly RepGrant[] =>
  Array.from({ length: size }, (_, index) =>
    grant(`${name}-${String(index).padStart(4, "0")}`, {
      privatePool: 1 + (index % 3),
      fairnessWeight: 1 + (index % 2),
    }),
  );

/** Reps who share a list need not be neighbours in the ledger, nor have short ids. */
export function scatteredRepCases(use: UseLedger): void {
  async function seedBoth(): Promise<void> {
    const nobody = [TENANT, OTHER].map((tenantId) => [tenantId, []] as const);
    await use().seed(2, new Map(nobody));
  }

  async function oneByOne(items: readonly ReserveItem[]): Promise<readonly ReserveResult[]> {
    const results: ReserveResult[] = [];
    for (const one of items) results.push(await reserveOne(use(), one, { epoch: 2, tenantId: OTHER }));
    return results;
  }

  it("gives a batch of teams, and of reps from several of them, what it gives lead by lead", async () => {
    await seedBoth();
    const teams = ["a", "b", "c", "d", "e"].map((name) => team(name, 20));
    const across = [...teams[1]!.slice(3, 6), ...teams[3]!.slice(0, 2), ...teams[4]!.slice(10, 19)];
    const lists: readonly CandidateList[] = [
      ...teams.map((grants, index) => listOf(grants, { nodeId: `team-${index}`, fairnessBound: 1 })),
      listOf(across, { nodeId: "" }),
      listOf(
        teams[0]!.filter((_, index) => index % 7 !== 2),
        { nodeId: "team-0" },
      ),
    ];
    // So that everybody has a place already, team by team, before some are asked for across them.
    for (const tenantId of [TENANT, OTHER]) {
      for (const list of lists.slice(0, 5)) {
        await reserveOne(use(), item(`first-${list.nodeId}`, { lists: [list] }), { epoch: 2, tenantId });
      }
    }
    const chosen = [5, 1, 3, 6, 5, 4, 0, 5];
    const items = Array.from({ length: 160 }, (_, index) =>
      item(`lead-${index}`, { lists: [lists[chosen[index % 8]!]!] }),
    );
    expect(await reserve(use(), items, { epoch: 2 })).toEqual(await oneByOne(items));
  });

  it("parks a batch for which there is nobody", async () => {
    const nobody = item("lead", { lists: [listOf([]), listOf([], { strategy: "round_robin" })] });
    expect((await reserve(use(), [nobody])).map(gist)).toEqual(["parked"]);
  });

  it("gives a batch of a team of a thousand and more what it gives lead by lead", async () => {
    await seedBoth();
    const list = listOf(team("many", 1_300), { strategy: "weighted" });
    const items = Array.from({ length: 30 }, (_, index) => item(`lead-${index}`, { lists: [list] }));
    expect(await reserve(use(), items, { epoch: 2 })).toEqual(await oneByOne(items));
  });

  it.each(["r".repeat(18), "r".repeat(19), "r".repeat(20), "r".repeat(128), "销售代表一二三", "r\0s"])(
    "gives leads to a rep whose id is %j",
    async (repId) => {
      const list = listOf([grant(repId)]);
      expect(gist(await reserveOne(use(), item("lead", { lists: [list] })))).toBe(repId);
      const [again] = await reserve(use(), [item("lead", { lists: [list] })]);
      expect(again).toMatchObject({ replayed: true, outcome: { repId } });
    },
  );
}
