import { describe, expect, it } from "vitest";
import { scaled, timeoutMs } from "./scale.ts";
import type { Mutations } from "./simulation/mutations.ts";
import { runWithCrashes } from "./simulation/crash-run.ts";
import { CLOCK_RUN, COMMIT_RUN, STORE_RUN } from "./simulation/focused-runs.ts";
import { runSimulation, type RandomRunOptions } from "./simulation/random-run.ts";
import { NEW_TENANT_LOST } from "./simulation/scenarios.ts";

const SEEDS = 4_000;

interface Mutation {
  readonly guard: string;
  readonly mutations: Mutations;
  /** The kind of run that needs the guard; by default the ordinary one. */
  readonly of?: RandomRunOptions;
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
  { guard: "the activation guard R5", mutations: { activatesUnchecked: true }, harm: /^I[1237]/u },
  {
    guard: "the memory of a lead that comes again since its commit was lost",
    mutations: { forgetsLeads: true },
    of: { ...COMMIT_RUN, kinds: ["coordinator_move"] },
    harm: /^I2/u,
  },
  { guard: "the position check of the projection", mutations: { ignoresPosition: true }, of: STORE_RUN, harm: /^I8/u },
  {
    guard: "the position beside the rows, in one transaction",
    mutations: { keepsPositionsApart: true },
    of: STORE_RUN,
    harm: /^I8/u,
  },
  {
    guard: "the one reading of the clock that a decision is made by",
    mutations: { stampsAtBroker: true },
    of: CLOCK_RUN,
    harm: /^I(3|16) /u,
  },
];

describe("the simulation is red", () => {
  it.each(MUTATIONS)("without $guard", { timeout: timeoutMs(30_000) }, async ({ guard, mutations, of = {}, harm }) => {
    for (let seed = 1; seed <= scaled(SEEDS); seed += 1) {
      const { violations } = await runSimulation(seed, { ...of, mutations });
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
