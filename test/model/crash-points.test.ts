import { describe, expect, it } from "vitest";
import { tallyFaults } from "../support/fault-tally.ts";
import { createRandom } from "./random.ts";
import { SCALE, timeoutMs } from "./scale.ts";
import { runWithCrashes, type CrashPoint, type CrashRun } from "./simulation/crash-run.ts";
import { RECOVERY_SCENARIOS } from "./simulation/recovery-scenarios.ts";
import { SCENARIOS } from "./simulation/scenarios.ts";

const WHEN = ["before", "after"] as const;
const ALL = [...SCENARIOS, ...RECOVERY_SCENARIOS];
/** Calls that only a recovery makes. */
const OF_RECOVERY = /seed: |append control$/u;
/** Twenty thousand runs of the longest story take some fifteen seconds. */
const TIMEOUT_MS = timeoutMs(45_000);
const random = createRandom(1);

describe("a process that is killed at any call of a port", () => {
  it.each(ALL)("breaks nothing: $name", { timeout: TIMEOUT_MS }, async (scenario) => {
    const undisturbed = await runWithCrashes(scenario, []);
    expect(undisturbed.violations).toEqual([]);
    let inRecovery = 0;
    const singles: { readonly point: CrashPoint; readonly run: CrashRun }[] = [];
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      for (const when of WHEN) {
        const point = { call, when };
        singles.push({ point, run: await expectNothingBroken([point]) });
      }
    }
    const pairs = singles.flatMap(({ point, run }) => secondCrashes(point, run.calls));
    let triples = 0;
    for (const pair of pairs) {
      const { calls } = await expectNothingBroken(pair);
      for (const third of thirdCrashes(pair, calls)) {
        await expectNothingBroken([...pair, third]);
        triples += 1;
      }
    }
    console.info(
      `${scenario.name}: ${undisturbed.calls} calls, ${singles.length} single crashes, ` +
        `all ${pairs.length} ordered pairs, ${triples} triples, 0 violations`,
    );

    tallyFaults({ row: "F1", level: "S", count: singles.length + pairs.length + triples });
    tallyFaults({ row: "F2", level: "S", count: pairs.length + triples });
    tallyFaults({ row: "F24", level: "S", count: inRecovery });

    async function expectNothingBroken(crashes: readonly CrashPoint[]): Promise<CrashRun> {
      const run = await runWithCrashes(scenario, crashes);
      if (run.violations.length > 0) throw new Error(`${describeCrashes(crashes, run)}: ${run.violations.join("; ")}`);
      if (crashes.some(({ call }) => OF_RECOVERY.test(run.labels[call - 1] ?? ""))) inRecovery += 1;
      return run;
    }
  });

  it("has at least ten scenarios with at least ten calls each", async () => {
    expect(ALL.length).toBeGreaterThanOrEqual(10);
    for (const scenario of ALL) {
      const { calls } = await runWithCrashes(scenario, []);
      if (calls < 10) throw new Error(`${scenario.name} has only ${calls} calls.`);
    }
  });
});

/** The first crash changes what comes after it, so its own run says how many calls there are for the second. */
function secondCrashes(first: CrashPoint, calls: number): (readonly CrashPoint[])[] {
  const pairs: (readonly CrashPoint[])[] = [];
  for (let call = first.call + 1; call <= calls; call += 1) {
    for (const when of WHEN) pairs.push([first, { call, when }]);
  }
  return pairs;
}

/** There are too many for all of them: none in CI, and some at random where more is to be run. */
function thirdCrashes(pair: readonly CrashPoint[], calls: number): readonly CrashPoint[] {
  const second = pair.at(-1)!.call;
  if (second >= calls) return [];
  return Array.from({ length: Math.round(SCALE) - 1 }, () => ({
    call: second + 1 + random.below(calls - second),
    when: random.pick(WHEN),
  }));
}

function describeCrashes(crashes: readonly CrashPoint[], { labels }: CrashRun): string {
  return crashes.map(({ call, when }) => `killed ${when} call ${call} (${labels[call - 1]})`).join(", then ");
}
