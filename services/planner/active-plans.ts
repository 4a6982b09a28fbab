import { compilePlan } from "../core/domain/plan/compile-plan.ts";
import type { CompiledPlan } from "../core/domain/plan/compiled-plan.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { PlanSource } from "../core/ports/plan-source.ts";

export interface RefreshingPlans extends ActivePlans {
  /** Loads and compiles plans that were published since. The switch is one reference; nobody waits for it. */
  refresh(): Promise<void>;
  close(): void;
}

export interface ActivePlansOptions {
  readonly source: PlanSource;
  /** How long a publication may take to be seen by other processes. */
  readonly refreshEveryMs: number;
  readonly onActivated?: (plan: CompiledPlan) => void;
  readonly onFault?: (error: unknown) => void;
}

/** Holds the compiled plans in force and follows publications. The plans known last stay in force while the store is down. */
export async function openActivePlans(options: ActivePlansOptions): Promise<RefreshingPlans> {
  const { source, refreshEveryMs, onActivated, onFault } = options;
  const plans = new Map<string, CompiledPlan>();

  async function refresh(): Promise<void> {
    for (const [tenantId, version] of await source.latestVersions()) {
      if (version === plans.get(tenantId)?.version) continue;
      const latest = await source.version(tenantId, version);
      if (latest === null) continue;
      const compiled = compilePlan(latest);
      plans.set(tenantId, compiled);
      onActivated?.(compiled);
    }
  }

  await refresh();
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => onFault?.(error));
  }, refreshEveryMs);
  timer.unref();
  return {
    current: (tenantId) => plans.get(tenantId) ?? null,
    tenantIds: () => [...plans.keys()],
    refresh,
    close: () => clearInterval(timer),
  };
}
