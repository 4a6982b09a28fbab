import type { CompiledPlan } from "../domain/plan/compiled-plan.ts";

/** The routing plans in force, compiled and in memory; refreshed when a publication is seen. */
export interface ActivePlans {
  /** Null for a tenant that is unknown or has no plan. */
  current(tenantId: string): CompiledPlan | null;
  tenantIds(): readonly string[];
  /** A version that may be no longer in force; null if there never was one. */
  version(tenantId: string, planVersion: number): Promise<CompiledPlan | null>;
}
