import type { RoutingPlan } from "../domain/plan/routing-plan.ts";

/** Published routing plans. A published version never changes. */
export interface PlanSource {
  /** The highest version of every tenant that has a plan. Cheap: asked every second, where `latest` is not. */
  latestVersions(): Promise<ReadonlyMap<string, number>>;
  /** The plan with the highest version, or null for a tenant without one. */
  latest(tenantId: string): Promise<RoutingPlan | null>;
  version(tenantId: string, planVersion: number): Promise<RoutingPlan | null>;
  /** Stores a plan under the next version and answers it. */
  publish(plan: Omit<RoutingPlan, "version">): Promise<RoutingPlan>;
}
