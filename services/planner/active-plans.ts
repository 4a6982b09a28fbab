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

/** Versions that were in force before. Only what a process left unfinished asks for one. */
const EARLIER_KEPT = 4;

/** Holds the compiled plans in force and follows publications. The plans known last stay in force while the store is down. */
export async function openActivePlans(options: ActivePlansOptions): Promise<RefreshingPlans> {
  const { source, refreshEveryMs, onActivated, onFault } = options;
  const plans = new Map<string, CompiledPlan>();
  const earlier = new Map<string, Promise<CompiledPlan | null>>();

  async function refresh(): Promise<void> {
    for (const [tenantId, version] of await source.latestVersions()) {
      if (version === plans.get(tenantId)?.version) continue;
      const compiled = await load(tenantId, version);
      if (compiled === null) continue;
      plans.set(tenantId, compiled);
      onActivated?.(compiled);
    }
  }

  async function load(tenantId: string, planVersion: number): Promise<CompiledPlan | null> {
    const plan = await source.version(tenantId, planVersion);
    return plan === null ? null : compilePlan(plan, plans.get(tenantId));
  }

  /** Published versions never change, so one that was found is kept; a fault is not. */
  function versionOf(tenantId: string, planVersion: number): Promise<CompiledPlan | null> {
    const current = plans.get(tenantId);
    if (current?.version === planVersion) return Promise.resolve(current);
    const key = `${planVersion} ${tenantId}`;
    const known = earlier.get(key);
    if (known !== undefined) return known;
    const [oldest] = earlier.keys();
    if (oldest !== undefined && earlier.size >= EARLIER_KEPT) earlier.delete(oldest);
    const loading = load(tenantId, planVersion);
    earlier.set(key, loading);
    loading.catch(() => earlier.delete(key));
    return loading;
  }

  await refresh();
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => onFault?.(error));
  }, refreshEveryMs);
  timer.unref();
  return {
    current: (tenantId) => plans.get(tenantId) ?? null,
    tenantIds: () => [...plans.keys()],
    version: versionOf,
    refresh,
    close: () => clearInterval(timer),
  };
}
