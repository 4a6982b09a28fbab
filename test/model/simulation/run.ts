import { rerouteRequest } from "../../../services/steward/reroute-request.ts";
import type { World } from "./world.ts";
import { partitionOf } from "./plans.ts";

/** Far beyond what any run needs: reaching it means that the installation does not come to rest (I15). */
const MOST_STEPS_TO_REST = 20_000;
const STEWARD_ROUNDS = 6;
const LOOKS = 3;
/** After these, leads are sent back past the steward, who waits behind a parked lead that nobody can take. */
const PATIENT_ROUNDS = 2;
/** Longer than the steward waits for an answer of the router. */
const ROUND_MS = 60_000;

/** Runs until nothing can happen any more. @returns false if that does not come about within the bound */
export async function runToRest(world: World, mostSteps = MOST_STEPS_TO_REST): Promise<boolean> {
  const { scheduler } = world;
  const last = scheduler.steps + mostSteps;
  while (scheduler.steps < last) if (!(await scheduler.step())) return true;
  return false;
}

/**
 * The end of every run: no more faults, all processes run and are connected to the primary. Everything must come to rest
 * by itself; then the steward sends waiting leads back until there is no more to be done, and all invariants must hold.
 */
export async function finish(world: World): Promise<void> {
  const { judge, scheduler, services, redis } = world;
  for (const { process } of services) process.isPaused = false;
  world.reconnectAll();
  if (!(await rests(world))) return;
  // Two looks see that nothing moves any more, and the first may find a ledger that is to be recovered.
  for (let look = 0; look < LOOKS; look += 1) {
    scheduler.nowMs += ROUND_MS;
    services[0]!.finishHandOvers().catch((error: unknown) => judge.violations.push(`I15 liveness: ${String(error)}`));
    services[0]!.recoverLedger().catch(() => undefined);
    services[0]!.lookBack().catch((error: unknown) => judge.violations.push(`I15 liveness: ${String(error)}`));
    if (!(await rests(world))) return;
  }
  for (let round = 0; round < STEWARD_ROUNDS; round += 1) {
    for (const { recoverLedger } of services) recoverLedger().catch(() => undefined);
    if (!(await rests(world))) return;
    // A first round for the parked ones: a steward who was to ask for them may have died.
    if (waiting(world, "released") === 0 && (round > 0 || waiting(world, "parked") === 0)) break;
    scheduler.nowMs += ROUND_MS;
    if (round < PATIENT_ROUNDS) services[0]!.retryWaiting.sweep().catch(() => undefined);
    else rerouteAll(world);
    if (!(await rests(world))) return;
  }
  judge.checkEnd(world);
  await judge.checkLedger(redis.primary, scheduler.nowMs);
  if (world.store !== null) await judge.checkStore(world.store, world);
}

async function rests(world: World): Promise<boolean> {
  const isAtRest = await runToRest(world);
  if (!isAtRest) world.judge.violations.push("I15 liveness: the installation does not come to rest");
  return isAtRest;
}

/** What a steward does, for every lead on its way back to the router. */
function rerouteAll({ judge, leads }: World): void {
  for (const tenant of judge.fold.tenants.values()) {
    for (const state of tenant.leads.values()) {
      if (state.status === "released") leads.append(partitionOf(state.tenantId, state.leadId), [rerouteRequest(state)]);
    }
  }
}

function waiting({ judge }: World, status: "parked" | "released"): number {
  let count = 0;
  for (const { leads } of judge.fold.tenants.values()) {
    for (const lead of leads.values()) if (lead.status === status) count += 1;
  }
  return count;
}
