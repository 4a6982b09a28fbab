import { CLOCK_FAULTS, type ClockFault } from "./clocks.ts";
import { REDIS_FAULTS, type RedisFault } from "./redis-server.ts";
import type { Service } from "./service.ts";
import { STORE_FAULTS, type StoreFault } from "./store-server.ts";
import type { World } from "./world.ts";

export const PROCESS_FAULTS = ["kill", "pause", "resume", "rebalance", "reconnect", "publish_plan"] as const;
type ServiceFault = (typeof PROCESS_FAULTS)[number] | "coordinator_move";
export type FaultKind = RedisFault | StoreFault | ClockFault | ServiceFault;

/** What a run has unless it is about something else. */
export const ORDINARY_FAULTS: readonly FaultKind[] = [...REDIS_FAULTS, ...PROCESS_FAULTS, "kill", "pause", "resume"];

const MOST_REFUSALS = 6;
const isIn = <T extends string>(kinds: readonly T[], fault: string): fault is T => kinds.some((kind) => kind === fault);

/** Brings one of these about. @returns it, and whom it was to hit, for a trace */
export function inject(world: World, kinds: readonly FaultKind[]): string {
  const { random, services, store, clocks } = world;
  const fault = random.pick(kinds);
  const service = random.pick(services);
  if (isIn(STORE_FAULTS, fault)) store?.inject(fault);
  else if (isIn(CLOCK_FAULTS, fault)) clocks.inject(fault, service.process, random);
  else {
    world.count(fault);
    if (isIn(REDIS_FAULTS, fault)) strikeRedis(world, fault);
    else strikeService(world, fault, service);
  }
  return `${fault} ${service.process.name}`;
}

/** Half of the clients notice; the others go on with the old server until they are in doubt. */
function strikeRedis({ random, services, redis }: World, fault: RedisFault): void {
  redis.inject(fault);
  for (const { ledger } of services) if (random.chance(0.5)) ledger.reconnect();
}

function strikeService(world: World, fault: ServiceFault, service: Service): void {
  const groups = [world.leads, world.decisions];
  const { random } = world;
  switch (fault) {
    case "kill":
      return world.replace(service.process);
    case "pause":
      return world.pause(service.process);
    case "resume":
      return resume(world);
    case "rebalance":
      return groups.forEach((topic) => topic.rebalance());
    case "coordinator_move":
      return groups.forEach((topic) => topic.moveCoordinator(random.below(MOST_REFUSALS), random.chance(0.5)));
    case "reconnect":
      return service.ledger.reconnect();
    case "publish_plan":
      return world.publishPlan(service);
  }
}

export function resume({ services }: World): void {
  for (const { process } of services) process.isPaused = false;
}
