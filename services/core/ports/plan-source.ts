import type { RoutingPlan } from "../domain/plan/routing-plan.ts";

/** Published routing plans. A published version never changes. */
export interface PlanSource {
  tenantIds(): Promise<readonly string[]>;
  /** The plan with the highest version, or null for a tenant without one. */
  latest(tenantId: string): Promise<RoutingPlan | null>;
  version(tenantId: string, planVersion: number): Promise<RoutingPlan | null>;
  /** Stores a plan under the next version and answers it. */
  publish(plan: Omit<RoutingPlan, "version">): Promise<RoutingPlan>;
}
