import { CHANGE_MS, CLOCK_FAULTS } from "./clocks.ts";
import { CLOCK_PLANS } from "./plans.ts";
import type { RandomRunOptions } from "./random-run.ts";
import { STORE_FAULTS } from "./store-server.ts";

const HALF_A_DAY_MS = 43_200_000;

/** About commits that are lost, late, refused or forgotten. Nothing is delivered twice but what comes again because of that. */
export const COMMIT_RUN: RandomRunOptions = {
  kinds: ["coordinator_move", "coordinator_move", "coordinator_move", "rebalance", "pause", "resume"],
  duplicates: 0,
};

/** About the store: projectors write it, and desk and steward read what they have written. */
export const STORE_RUN: RandomRunOptions = {
  hasStore: true,
  kinds: [...STORE_FAULTS, ...STORE_FAULTS, "kill", "rebalance", "pause", "resume", "flush"],
};

/** About clocks: on the day before summer time ends, with shifts that begin at midnight and at two. */
export const CLOCK_RUN: RandomRunOptions = {
  startsAtMs: CHANGE_MS - HALF_A_DAY_MS,
  plans: CLOCK_PLANS,
  kinds: [...CLOCK_FAULTS, ...CLOCK_FAULTS, "kill", "rebalance", "flush", "stale_failover", "publish_plan"],
};
