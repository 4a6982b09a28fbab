import { setTimeout as wait } from "node:timers/promises";
import { isDecision } from "../../core/wire/record-glance.ts";
import { createRetryWaiting } from "../../steward/retry-waiting.ts";
import { startSteward } from "../../steward/start-steward.ts";
import type { ServiceContext } from "./service-context.ts";

const SWEEP_EVERY_MS = 500;
const PROBE_EVERY_MS = 5_000;
const PATIENCE_MS = 5_000;

/** The part of a process that acts when time passes or capacity is freed. */
export async function startStewarding(context: ServiceContext): Promise<void> {
  const { backing, plans, clock, metrics, lifecycle, leadPartition } = context;
  const onFault = (error: unknown): void => metrics.onFault("steward", error);
  const retryWaiting = createRetryWaiting({
    scans: backing.store,
    leads: backing.log.leads,
    partitionOf: leadPartition,
    plans,
    clock,
    patienceMs: PATIENCE_MS,
    probeEveryMs: PROBE_EVERY_MS,
    onRequested: metrics.onRequested,
  });
  const steward = await startSteward({
    log: backing.log,
    reads: backing.store,
    wait: (ms) => wait(ms),
    retryWaiting,
    isDecision,
    sweepEveryMs: SWEEP_EVERY_MS,
    onFault,
  });
  lifecycle.onClose("steward", () => steward.close());
}
