import { setTimeout as delay } from "node:timers/promises";
import { SESSION_MS } from "../installation.ts";
import type { World } from "../world.ts";
import { anyMoment, decides, type Fault } from "./fault.ts";

/**
 * By turns two of three routers, so that the third has their partitions to take over while they come back, and all of them.
 * Each is at work when it dies, in whatever step of a batch.
 */
async function killMany({ random, routers }: World, nth: number): Promise<number> {
  const spared = nth % 2 === 0 ? random.pick(routers) : null;
  const victims = routers.filter((router) => router !== spared);
  await Promise.all(
    victims.map(async (router) => {
      await decides(router);
      await delay(random.below(100));
      await router.kill();
    }),
  );
  return victims.length;
}

/** Asleep for longer than its session, so that others own its partitions when it wakes and goes on where it was. */
async function freezeOne({ random, routers }: World): Promise<number> {
  const router = random.pick(routers);
  await decides(router);
  router.freeze();
  await delay(SESSION_MS * (1.25 + random.next()));
  router.thaw();
  return 1;
}

/** Joins and leaves, each a rebalance of the whole group. */
async function joinAndLeave(world: World): Promise<number> {
  await world.withBacking(async ({ log }) => {
    const guest = await log.leads.consume({
      group: "fairlead.router",
      handle: () => Promise.resolve({ kind: "retry", afterMs: 50 }),
    });
    await anyMoment(world, 200);
    await guest.close();
  });
  return 2;
}

export const routerFaults: readonly Fault[] = [
  { row: "F1", inject: killMany },
  { row: "F3", inject: freezeOne },
  { row: "F4", inject: joinAndLeave },
];
