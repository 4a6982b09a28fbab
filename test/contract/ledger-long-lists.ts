import { expect, it } from "vitest";
import type { CandidateList, ReserveItem, ReserveResult } from "../../services/core/domain/ledger/reservation.ts";
import { STRATEGIES } from "../../services/core/domain/matching/policy.ts";
import { TENANT, grant, intakePerHour, item, listOf, reserve, reserveOne } from "./ledger-builders.ts";
import type { UseLedger } from "./ledger.contract.ts";

const REPS = 250;
const grants = Array.from({ length: REPS }, (_, index) =>
  grant(`rep-${String(index).padStart(4, "0")}`, {
    privatePool: index % 50 === 0 ? 0 : 1 + (index % 3),
    loadMilli: index % 7 === 0 ? 1500 : Infinity,
    fairnessWeight: 1 + (index % 2),
    windows: index % 5 === 0 ? [intakePerHour(1, index % 2 === 0 ? "web" : null)] : [],
  }),
);
const fits = grants.map((_, index) => (index % 6) * 1000);

/** Teams of hundreds of reps: what is kept from lead to lead, and explanations that count instead of naming all. */
export function longListCases(use: UseLedger): void {
  const leads = (list: CandidateList): readonly ReserveItem[] =>
    Array.from({ length: 300 }, (_, index) =>
      item(`lead-${index}`, {
        lists: index % 4 === 0 ? [listOf(grants.slice(0, 1)), list] : [list],
        channel: index % 3 === 0 ? "web" : "phone",
        loadMilli: index % 10 === 0 ? 2000 : 1000,
      }),
    );

  it.each(STRATEGIES)("%s gives one batch what it gives lead by lead", async (strategy) => {
    await use().seed(
      2,
      new Map([
        [TENANT, []],
        ["other", []],
      ]),
    );
    const items = leads(listOf(grants, { fits, strategy, fairnessBound: 1 }));
    const together = await reserve(use(), items, { epoch: 2 });
    const alone: ReserveResult[] = [];
    for (const one of items) alone.push(await reserveOne(use(), one, { epoch: 2, tenantId: "other" }));
    expect(together).toEqual(alone);
    expect(new Set(together.map(({ kind }) => kind))).toEqual(new Set(["decided"]));
  });

  it("names the chosen one and who fits best, and counts all others by the check that settled them", async () => {
    const list = listOf(grants, {
      fits,
      strategy: "round_robin",
      filtered: Array.from({ length: 30 }, (_, index) => ({
        repIndex: 10_000 + index,
        verdict: "off_shift" as const,
        fit: 0,
        gap: 0,
      })),
    });
    const [first] = await reserve(use(), [item("lead", { lists: [list] })]);
    if (first?.kind !== "decided") throw new Error("The lead was not decided.");
    const { verdicts, counted } = first;
    expect(verdicts).toHaveLength(1 + 20 + 20);
    expect(verdicts.filter(({ verdict }) => verdict === "chosen")).toHaveLength(1);
    expect(verdicts.slice(1, 21).every(({ fit }) => fit === 5000)).toBe(true);
    expect(verdicts.slice(21).every(({ verdict }) => verdict === "off_shift")).toBe(true);
    // Of the five without a pool none is among the 20 named.
    expect(Object.fromEntries(counted.map(({ verdict, count }) => [verdict, count]))).toEqual({
      off_shift: 10,
      private_pool_full: 5,
      outranked: REPS - 21 - 5,
    });
  });
}
