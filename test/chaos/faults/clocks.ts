import { fakeTimeLibrary } from "../../../deploy/local/tools.ts";
import { asRedisAdmin } from "../../support/redis-admin.ts";
import type { World } from "../world.ts";
import { anyMoment, decides, recovered, type Fault } from "./fault.ts";

/** Gives a process another wall clock; its timers stay right, as they do with a real clock that is wrong. */
function fakeClock(offset: string): Readonly<Record<string, string>> {
  const library = fakeTimeLibrary();
  if (library === undefined) throw new Error('libfaketime is not installed: "npm run servers:install" brings it.');
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}

const OFFSETS = ["+1h", "-1h"];

/** One router after the other lives with a clock that is an hour wrong; the ledger is lost in the meantime. */
async function skewClock(world: World, nth: number): Promise<number> {
  const router = world.routers[nth % world.routers.length]!;
  router.setEnvironment(fakeClock(OFFSETS[nth % OFFSETS.length]!));
  await router.kill();
  await decides(router);
  const epoch = await recovered(world, 0);
  await asRedisAdmin(world.redis(), (admin) => admin.flushall());
  await recovered(world, epoch);
  await anyMoment(world, 1_000);
  router.setEnvironment({});
  await router.kill();
  return 1;
}

export const clockFaults: readonly Fault[] = [{ row: "F20", inject: skewClock }];
