import type { Command } from "./clients.ts";
import { createClient } from "./clients.ts";
import type { Scenario } from "./scenarios.ts";
import type { Mutations } from "./mutations.ts";
import { finish, runToRest } from "./run.ts";
import type { PendingCall, SimProcess } from "./scheduler.ts";
import { World } from "./world.ts";

/** kill -9 of whichever process makes this call: its effect has happened, or not. */
export interface CrashPoint {
  /** The how manieth call of the product's processes, from 1, since the scenario began to play. */
  readonly call: number;
  readonly when: "before" | "after";
}

export interface CrashRun {
  readonly violations: readonly string[];
  readonly calls: number;
  /** What the calls were, to name a crash point to a person. */
  readonly labels: readonly string[];
}

const ATTEMPTS = 8;

/** Plays a scenario with its processes killed at exactly these calls; a new process takes the place of each. */
export async function runWithCrashes(
  scenario: Scenario,
  crashes: readonly CrashPoint[],
  { seed = 1, mutations = {} }: { readonly seed?: number; readonly mutations?: Mutations } = {},
): Promise<CrashRun> {
  const labels: string[] = [];
  let isPlaying = false;

  function onEffect(call: PendingCall, when: CrashPoint["when"]): void {
    if (!isPlaying || !isOfService(world, call.process)) return;
    if (when === "before") {
      labels.push(`${call.process.name} ${call.label}`);
      scenario.onCall?.(world, call.label);
    }
    const isCrash = crashes.some((point) => point.call === labels.length && point.when === when);
    if (isCrash) world.replace(call.process);
  }

  const world: World = new World({
    seed,
    services: 2,
    mutations,
    isTenantNew: scenario.isTenantNew === true,
    ...(scenario.plans === undefined ? {} : { plans: scenario.plans }),
    hooks: {
      fateOf: (call) => (isPlaying && scenario.fateOf?.(world, call.label)) || "done",
      onEffect,
      outlives: () => false,
    },
  });
  await runToRest(world);
  scenario.prepare?.(world);
  await runToRest(world);
  await playOut(world, scenario.before ?? []);
  isPlaying = true;
  scenario.play?.(world);
  await playOut(world, scenario.commands ?? []);
  scenario.afterwards?.(world);
  await runToRest(world);
  isPlaying = false;
  const calls = labels.length;
  scenario.expectAtRest?.(world);
  await finish(world);
  scenario.expect?.(world);
  return { violations: world.judge.violations, calls, labels };
}

/** Sends all commands at once, each by a person of its own, and lets everything come to rest. */
async function playOut(world: World, commands: readonly Command[]): Promise<void> {
  let open = commands.length;
  commands.forEach((command, index) => {
    void createClient(world, `client-${index}`)
      .send(command, ATTEMPTS)
      .then((outcome) => {
        open -= 1;
        if (outcome === null) world.judge.violations.push(`I15 liveness: ${command.kind} was never answered`);
      });
  });
  await runToRest(world);
  if (open > 0) world.judge.violations.push(`I15 liveness: ${open} commands hang`);
}

function isOfService({ services }: World, process: SimProcess): boolean {
  return services.some((service) => service.process === process);
}
