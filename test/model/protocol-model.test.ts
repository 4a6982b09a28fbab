import { describe, expect, it } from "vitest";
import { FAULTS } from "./protocol/faults.ts";
import { FULL_PROTOCOL, type Guards } from "./protocol/state.ts";
import { runProtocolModel } from "./protocol-model.ts";
import { ONLY_SEED, scaled, seeds, timeoutMs } from "./scale.ts";

/** Or as many as fit into two minutes. */
const SEEDS = 200_000;
const ABLATION_SEEDS = 20_000;

/** What leaving out one rule leads to; each was seen in at least one schedule in fifty. */
const ABLATIONS: readonly { readonly rule: keyof Guards; readonly name: string; readonly harm: RegExp }[] = [
  { rule: "barrierRule", name: "the barrier rule V1", harm: /I2 conflict|I3 limit exceeded/u },
  { rule: "fenceRead", name: "the fence read S5", harm: /I4 lead lost/u },
  { rule: "runIdCheck", name: "the run id check", harm: /I2 conflict|I3 limit exceeded/u },
  { rule: "epochCheck", name: "the epoch check of S3", harm: /I4 lead lost/u },
  { rule: "logFirstRelease", name: "the order of log before Redis in a release", harm: /I3 limit exceeded/u },
];

const replay = (seed: number): string =>
  `seed ${seed}; replay: FAIRLEAD_SEED=${seed} npx vitest run test/model/protocol-model.test.ts`;

describe("the commit protocol as a model", () => {
  it("loses no lead, decides none twice and exceeds no limit in any schedule", { timeout: timeoutMs(150_000) }, () => {
    const faults = new Map(FAULTS.map((fault) => [fault, 0]));
    let runs = 0;
    for (const seed of seeds(SEEDS, 120_000)) {
      const run = runProtocolModel(seed, FULL_PROTOCOL);
      if (run.violations.length > 0 || !run.isDrained) {
        throw new Error(`${run.violations.join("; ") || "not drained"} (${replay(seed)})`);
      }
      for (const [fault, count] of run.faults) faults.set(fault, faults.get(fault)! + count);
      runs += 1;
    }
    console.info(`protocol model: ${runs} runs, 0 violations, all drained; faults ${describeCounts(faults)}`);
    expect(Math.min(...faults.values())).toBeGreaterThan(ONLY_SEED === null ? runs / 2 : -1);
  });

  it.each(ABLATIONS)("is broken without $name", { timeout: timeoutMs(20_000) }, ({ rule, name, harm }) => {
    const guards: Guards = { ...FULL_PROTOCOL, [rule]: false };
    let broken = 0;
    let firstSeed: number | null = null;
    for (let seed = 1; seed <= scaled(ABLATION_SEEDS); seed += 1) {
      if (!runProtocolModel(seed, guards).violations.some((violation) => harm.test(violation))) continue;
      broken += 1;
      firstSeed ??= seed;
    }
    console.info(
      `without ${name}: ${broken} of ${scaled(ABLATION_SEEDS)} runs break, the first with seed ${firstSeed}`,
    );
    expect(broken).toBeGreaterThan(scaled(ABLATION_SEEDS) / 50);
  });

  it("replays a seed to the last step", () => {
    for (const seed of [1, 77, 4_711]) {
      expect(runProtocolModel(seed, FULL_PROTOCOL)).toEqual(runProtocolModel(seed, FULL_PROTOCOL));
    }
  });
});

function describeCounts(counts: ReadonlyMap<string, number>): string {
  return Array.from(counts, ([name, count]) => `${name} ${count}`).join(", ");
}
