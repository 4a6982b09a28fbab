import type { Scenario } from "./scenarios.ts";
import { mustBe, once, put } from "./story.ts";
import type { World } from "./world.ts";

/** One in each partition, so that both routers may come to doubt. */
const LEADS = ["lead-a", "lead-b"];
/** Longer than a recovery of somebody else is waited for. */
const TOO_LONG_MS = 60_000;

const mustBeOwned = (world: World): void => LEADS.forEach((leadId) => mustBe(world, leadId, ["owned"]));

/** Redis is empty, every process doubts it, and there are leads to decide. */
function doubt(world: World): void {
  world.redis.inject("flush");
  for (const { recoverLedger } of world.services) recoverLedger().catch(() => undefined);
  LEADS.forEach((leadId) => put(world, leadId));
}

/** Recoveries in trouble, played with a crash at every step of them. */
export const RECOVERY_SCENARIOS: readonly Scenario[] = [
  {
    name: "Redis lost again while it is seeded",
    play: doubt,
    onCall: once("seed: rows", (world) => world.redis.inject("empty_failover")),
    expect: mustBeOwned,
  },
  {
    name: "two leaders of a recovery at once",
    play: doubt,
    // Whoever waits for the other takes it for dead.
    onCall: once("seed: begin", (world) => void (world.scheduler.nowMs += TOO_LONG_MS)),
    expect: mustBeOwned,
  },
];
