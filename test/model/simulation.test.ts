import { describe, expect, it } from "vitest";
import { tallyFaults } from "../support/fault-tally.ts";
import { ONLY_SEED, seeds, timeoutMs } from "./scale.ts";
import { DUPLICATES, PROCESS_FAULTS, runSimulation } from "./simulation/random-run.ts";
import { REDIS_FAULTS } from "./simulation/redis-server.ts";

const SEEDS = 10_000;
/** Or as many as fit into four minutes. */
const WITHIN_MS = 240_000;
const NETWORK_FAULTS = ["request_lost", "reply_lost", "arrives_late", "arrives_twice"];

/** What the counts of a run are called → the row of the fault matrix. */
const ROWS: readonly (readonly [string, string])[] = [
  ["kill", "F1"],
  ["pause", "F3"],
  ["rebalance", "F4"],
  ["flush", "F5"],
  ["redis_restart", "F6"],
  ["stale_failover", "F7"],
  ["empty_failover", "F7"],
  ["request_lost", "F8"],
  ["reply_lost", "F8"],
  ["arrives_late", "F10"],
  ["arrives_twice", "F10"],
  ["late read", "F15"],
  ["publish_plan", "F22"],
];

describe("the real code over simulated ports", () => {
  it(
    "holds all invariants in every random schedule with faults, and comes to rest",
    { timeout: timeoutMs(300_000) },
    async () => {
      const counts = new Map<string, number>();
      let steps = 0;
      let runs = 0;
      for (const seed of seeds(SEEDS, WITHIN_MS)) {
        const run = await runSimulation(seed, ONLY_SEED === null ? {} : { trace: (line) => console.log(line) });
        if (run.violations.length > 0) throw new Error(`${run.violations.join("; ")} (${replay(seed)})`);
        for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
        steps += run.steps;
        runs += 1;
      }
      expect(runs).toBeGreaterThan(0);
      if (ONLY_SEED !== null) return;
      console.info(`simulation: ${runs} seeds, ${steps} steps, 0 violations; ${describeCounts(counts)}`);
      for (const [what, row] of ROWS) tallyFaults({ row, level: "S", count: counts.get(what) ?? 0 });
      tallyFaults({ row: "F14", level: "S", count: runs * DUPLICATES });
      // One record that nobody can read in each run.
      tallyFaults({ row: "F16", level: "S", count: runs });
      // A row of the fault matrix that was not exercised would be a row that proves nothing.
      for (const what of [...REDIS_FAULTS, ...PROCESS_FAULTS, ...NETWORK_FAULTS, "batch abandoned: epoch_moved"]) {
        if ((counts.get(what) ?? 0) < runs / 20)
          throw new Error(`Only ${counts.get(what)} times ${what} in ${runs} runs.`);
      }
    },
  );

  it("replays a seed to the last step", async () => {
    for (const seed of [1, 195, 998]) {
      const [first, second] = [await traced(seed), await traced(seed)];
      expect(first.length).toBeGreaterThan(100);
      expect(first).toEqual(second);
    }
  });
});

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
