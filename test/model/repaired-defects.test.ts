import { describe, expect, it } from "vitest";
import { routed } from "../support/plan-builder.ts";
import { timeoutMs } from "./scale.ts";
import { runWithCrashes } from "./simulation/crash-run.ts";
import { CLOCK_RUN } from "./simulation/focused-runs.ts";
import { runSimulation, type RandomRunOptions } from "./simulation/random-run.ts";
import { simulatedPlan } from "./simulation/plans.ts";
import type { Scenario } from "./simulation/scenarios.ts";
import { mustBe, put, sweep } from "./simulation/story.ts";

const SEEDS = 2_000;
const STORE_SEEDS = 200;
const CLOCK_SEEDS = 1_000;

/** What the simulation once found in the product, in the kind of run that found it. */
describe("repaired defects", { timeout: timeoutMs(60_000) }, () => {
  it("gives back or finishes the slot of a claim or transfer whose asker never asked again", async () => {
    const counts = await runAll({ attempts: 1, faults: 12 });
    expect(counts.get("hand-over finished") ?? 0).toBeGreaterThan(0);
  });

  it("never lets a decision reserved before a closure count behind the reopening", async () => {
    const counts = await runAll({ commands: ["claim", "release", "transfer", "close", "close", "reopen", "reopen"] });
    expect(counts.get("reopen done") ?? 0).toBeGreaterThan(SEEDS / 10);
  });

  it("brings again what a store lost by a failover, although its partition is quiet", async () => {
    const counts = await runAll({ hasStore: true, kinds: ["store_failover"] }, STORE_SEEDS);
    expect(counts.get("store_failover") ?? 0).toBeGreaterThan(STORE_SEEDS);
  });

  it("never waits for a recovery, or for the end of a hand-over, until a clock that was wrong comes right", async () => {
    const options = { ...CLOCK_RUN, kinds: ["clock_ahead", "clock_behind", "kill", "flush"] as const };
    const counts = await runAll(options, CLOCK_SEEDS);
    expect(counts.get("clock_behind") ?? 0).toBeGreaterThan(CLOCK_SEEDS);
  });

  it("a parked lead that nobody can take does not hold up the released ones behind it", async () => {
    const run = await runWithCrashes(BEHIND_THE_UNPLACEABLE, []);
    expect(run.violations).toEqual([]);
  });
});

/** Runs every seed and expects no violation. @returns what happened, and how often */
async function runAll(options: RandomRunOptions, count = SEEDS): Promise<ReadonlyMap<string, number>> {
  const all = new Map<string, number>();
  for (let seed = 1; seed <= count; seed += 1) {
    const { violations, counts } = await runSimulation(seed, options);
    expect(violations, `seed ${seed}`).toEqual([]);
    for (const [what, count] of counts) all.set(what, (all.get(what) ?? 0) + count);
  }
  return all;
}

const SKILLED = routed({ requiredSkills: [{ skill: "{product}", level: 1 }] });

const BEHIND_THE_UNPLACEABLE: Scenario = {
  name: "a released lead behind one that nobody can take",
  plans: [simulatedPlan(1, {}, { repIds: ["ann"], segments: [SKILLED] })],
  prepare(world) {
    put(world, "lead-a", { product: "boats" });
    put(world, "lead-b");
  },
  before: [{ kind: "close", leadId: "lead-b" }],
  commands: [{ kind: "reopen", leadId: "lead-b" }],
  afterwards(world) {
    // Each sweep comes when the answer to the one before is long overdue.
    for (let round = 0; round < 5; round += 1) {
      world.scheduler.nowMs += 60_000;
      sweep(world);
    }
  },
  expectAtRest: (world) => mustBe(world, "lead-b", ["owned"]),
};
