import type { Clock } from "../../core/domain/lead/clock.ts";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import { openActivePlans, type RefreshingPlans } from "../../planner/active-plans.ts";
import type { Config } from "../config.ts";
import { createPartitioner, type Backing } from "./backing.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { watchReaders } from "./watch-readers.ts";

/** What every service of a process is given. */
export interface ServiceContext {
  readonly config: Config;
  readonly backing: Backing;
  readonly plans: RefreshingPlans;
  readonly leadPartition: (tenantId: string, leadId: string) => number;
  readonly decisionPartition: (tenantId: string, leadId: string) => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ProcessMetrics;
  readonly lifecycle: Lifecycle;
  /** Names the process in the control topic. */
  readonly processName: string;
}

const PLAN_REFRESH_MS = 1_000;

export type ContextParts = Pick<
  ServiceContext,
  "config" | "backing" | "clock" | "logger" | "metrics" | "lifecycle" | "processName"
>;

/** Loads the plans in force and completes the context. */
export async function createServiceContext(parts: ContextParts): Promise<ServiceContext> {
  const { backing, logger, metrics, lifecycle } = parts;
  const plans = await openActivePlans({
    source: backing.planSource,
    refreshEveryMs: PLAN_REFRESH_MS,
    onActivated: ({ plan }) =>
      logger.info({ tenantId: plan.tenantId, planVersion: plan.version, reps: plan.reps.length }, "Plan in force"),
    onFault: (error) => metrics.onFault("plans", error),
  });
  lifecycle.onClose("plans", () => plans.close());
  return {
    ...parts,
    backing: { ...backing, log: watchReaders(backing.log, metrics, lifecycle) },
    plans,
    leadPartition: createPartitioner(backing.log.leads.partitionCount),
    decisionPartition: createPartitioner(backing.log.decisions.partitionCount),
  };
}
