import { describe, expect, it } from "vitest";
import { tallyFaults } from "../support/fault-tally.ts";
import { ONLY_SEED, seeds, timeoutMs } from "./scale.ts";
import { CLOCK_FAULTS } from "./simulation/clocks.ts";
import { PROCESS_FAULTS } from "./simulation/faults.ts";
import { CLOCK_RUN, COMMIT_RUN, STORE_RUN } from "./simulation/focused-runs.ts";
import { DUPLICATES, runSimulation, type RandomRunOptions } from "./simulation/random-run.ts";
import { REDIS_FAULTS } from "./simulation/redis-server.ts";
import type { CallKind } from "./simulation/scheduler.ts";
import { STORE_FAULTS } from "./simulation/store-server.ts";

const SEEDS = 10_000;
/** Or as many as fit into four minutes. */
const WITHIN_MS = 240_000;

const onTheWay = (kind: CallKind): string[] =>
  ["request_lost", "reply_lost", "arrives_late", "arrives_twice"].map((fate) => `${fate} ${kind}`);

/** Row of the fault matrix → what the counts of a run are called. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  F1: ["kill"],
  F3: ["pause"],
  F4: ["rebalance"],
  F5: ["flush"],
  F6: ["redis_restart"],
  F7: ["stale_failover", "empty_failover"],
  F8: onTheWay("ledger"),
  F10: onTheWay("append"),
  F12: [...onTheWay("coordinator"), "coordinator refused", "coordinator forgotten"],
  F15: ["late read"],
  F18: [...onTheWay("store"), ...STORE_FAULTS],
  F20: CLOCK_FAULTS,
  F22: ["publish_plan"],
};

/** What the ordinary run has to meet once in every twenty seeds at least. */
const ORDINARY = [
  ...REDIS_FAULTS,
  ...PROCESS_FAULTS,
  ...onTheWay("ledger"),
  ...onTheWay("append"),
  "batch abandoned: epoch_moved",
];

const FOCUSED = [
  { name: "commits", options: COMMIT_RUN, runs: 600, met: ROWS["F12"]! },
  { name: "the store", options: STORE_RUN, runs: 1_500, met: ROWS["F18"]! },
  { name: "clocks", options: CLOCK_RUN, runs: 1_200, met: ROWS["F20"]! },
];

describe("the real code over simulated ports", () => {
  it(
    "holds all invariants in every random schedule with faults, and comes to rest",
    { timeout: timeoutMs(300_000) },
    async () => {
      expect(await runAll("simulation", {}, seeds(SEEDS, WITHIN_MS), ORDINARY)).toEqual([]);
    },
  );

  it.each(FOCUSED)("holds them whatever becomes of $name", { timeout: timeoutMs(30_000) }, async (focused) => {
    const { name, options, runs, met } = focused;
    expect(await runAll(name, options, seeds(runs), met)).toEqual([]);
  });

  it("replays a seed to the last step", async () => {
    for (const seed of [1, 195, 998]) {
      const [first, second] = [await traced(seed), await traced(seed)];
      expect(first.length).toBeGreaterThan(100);
      expect(first).toEqual(second);
    }
  });
});

/**
 * Expects no violation, and that each of these was met: what was not exercised would prove nothing.
 *
 * @returns those that were met less than once in twenty runs
 */
async function runAll(
  name: string,
  options: RandomRunOptions,
  ofSeeds: Iterable<number>,
  met: readonly string[],
): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  let steps = 0;
  let runs = 0;
  for (const seed of ofSeeds) {
    const trace = ONLY_SEED === null ? {} : { trace: (line: string) => console.log(line) };
    const run = await runSimulation(seed, { ...options, ...trace });
    if (run.violations.length > 0) throw new Error(`${name}: ${run.violations.join("; ")} (${replay(seed)})`);
    for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    steps += run.steps;
    runs += 1;
  }
  expect(runs).toBeGreaterThan(0);
  if (ONLY_SEED !== null) return [];
  console.info(`${name}: ${runs} seeds, ${steps} steps, 0 violations; ${describeCounts(counts)}`);
  const countOf = (what: string): number => counts.get(what) ?? 0;
  for (const [row, names] of Object.entries(ROWS)) {
    tallyFaults({ row, level: "S", count: names.reduce((sum, what) => sum + countOf(what), 0) });
  }
  tallyFaults({ row: "F14", level: "S", count: runs * (options.duplicates ?? DUPLICATES) });
  // One record that nobody can read in each run.
  tallyFaults({ row: "F16", level: "S", count: runs });
  return met.filter((what) => countOf(what) < runs / 20);
}

async function traced(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await runSimulation(seed, { trace: (line) => lines.push(line) });
  return lines;
}

function replay(seed: number): string {
  return `seed ${seed}; replay: FAIRLEAD_SEED=${seed} npx vitest run test/model/simulation.test.ts`;
}

function describeCounts(counts: ReadonlyMap<string, number>): string {
  return Array.from(counts, ([name, count]) => `${name} ${count}`)
    .sort()
    .join(", ");
}
