import { describe, expect, it } from "vitest";
import { scaled, timeoutMs } from "./scale.ts";
import type { Mutations } from "./simulation/mutations.ts";
import { runWithCrashes } from "./simulation/crash-run.ts";
import { runSimulation } from "./simulation/random-run.ts";
import { NEW_TENANT_LOST } from "./simulation/scenarios.ts";

const SEEDS = 4_000;

interface Mutation {
  readonly guard: string;
  readonly mutations: Mutations;
  /** Violations that only this guard prevents; others may appear beside them. */
  readonly harm: RegExp;
}

/** Every guard of the protocol that can be taken away through a port; the product's code stays as it is. */
const MUTATIONS: readonly Mutation[] = [
  { guard: "the fence read S5", mutations: { noFenceRead: true }, harm: /^I4/u },
  { guard: "the barrier rule V1", mutations: { noBarrierRule: true }, harm: /^I[23]/u },
  { guard: "the run id check", mutations: { ignoresRunId: true }, harm: /^I[1234]/u },
  { guard: "the epoch check", mutations: { ignoresEpoch: true }, harm: /^I[1234]/u },
  { guard: "the order of log before Redis in a release", mutations: { redisFirst: true }, harm: /^I3/u },
  { guard: "the generation check of a commit", mutations: { acceptsStaleCommits: true }, harm: /^I9/u },
];

describe("the simulation is red", () => {
  it.each(MUTATIONS)("without $guard", { timeout: timeoutMs(30_000) }, async ({ guard, mutations, harm }) => {
    for (let seed = 1; seed <= scaled(SEEDS); seed += 1) {
      const { violations } = await runSimulation(seed, { mutations });
      const found = violations.find((violation) => harm.test(violation));
      if (found === undefined) continue;
      expect(found).toMatch(harm);
      console.info(`without ${guard}: seed ${seed} finds "${found}"`);
      return;
    }
    throw new Error(`${scaled(SEEDS)} seeds did not notice that ${guard} is missing.`);
  });

  it("without the roster, which tells a tenant that is new from one that was lost", async () => {
    const { violations } = await runWithCrashes(NEW_TENANT_LOST, [], { mutations: { forgetsRoster: true } });
    expect(violations).toContainEqual(expect.stringMatching(/^I[1237]/u));
  });
});
