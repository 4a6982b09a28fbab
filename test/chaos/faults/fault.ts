import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../support/flow-until.ts";
import type { Member } from "../fleet.ts";
import type { RowId } from "../fault-matrix.ts";
import { TENANT } from "../plan.ts";
import type { World } from "../world.ts";

/** How the faults of one row of the matrix are brought about on real servers. */
export interface Fault {
  readonly row: RowId;
  /** Which of the row's counts; default `injected`. */
  readonly counted?: "injected" | "onWire";
  /** How many of them go on side by side; default 1. `nth` of one lane differ by the number of lanes. */
  readonly lanes?: number;
  /** @param nth from 0. @returns how many faults have happened when it resolves */
  readonly inject: (world: World, nth: number) => Promise<number>;
}

/** Resolves when the router has decided leads in its present life: a fault before that would hit nobody. */
export function decides(router: Member): Promise<unknown> {
  return until(
    () => router.metric("fairlead_lead_decisions_total"),
    (decided) => decided !== null && decided > 0,
    { what: `${router.name} to decide leads` },
  );
}

/** Any moment within the time: which step of a batch a fault hits is left to chance. */
export const anyMoment = (world: World, withinMs: number): Promise<void> => delay(world.random.below(withinMs));

/** Resolves when the ledger is ready again at a higher epoch. @returns that epoch */
export function recovered(world: World, before: number): Promise<number> {
  return until(
    () => epochOf(world).catch(() => 0),
    (epoch) => epoch > before,
    { what: "the ledger to be recovered" },
  );
}

/** Of the ledger that is ready; 0 if none is. */
export function epochOf(world: World): Promise<number> {
  return world.withBacking(async ({ ledger, log }) => {
    const [epoch, end] = [await ledger.readyEpoch([TENANT]), await log.control.endOffset(0)];
    return epoch === end ? end : 0;
  });
}
