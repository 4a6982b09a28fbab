import { Fault } from "../core/domain/fault.ts";
import type { Clock } from "../core/domain/lead/clock.ts";
import { checkPlan, type PlanDraft, type PlanFinding } from "../core/domain/plan/check-plan.ts";
import type { RoutingPlan } from "../core/domain/plan/routing-plan.ts";
import type { Log } from "../core/ports/log.ts";
import type { PlanSource } from "../core/ports/plan-source.ts";

export interface PublishPlanDeps {
  readonly source: PlanSource;
  readonly log: Pick<Log, "decisions">;
  readonly clock: Clock;
}

export type Publication =
  | { readonly kind: "published"; readonly plan: RoutingPlan; readonly findings: readonly PlanFinding[] }
  | { readonly kind: "refused"; readonly findings: readonly PlanFinding[] };

/**
 * Checks a draft, stores it under the next version, and announces it on the log. A version never changes afterwards.
 *
 * @throws Fault STORE_UNAVAILABLE or LOG_UNAVAILABLE. A plan that was stored but not announced is in force all the same:
 *   every process looks for new versions by itself.
 */
export function createPublishPlan({ source, log, clock }: PublishPlanDeps) {
  return async function publishPlan(draft: PlanDraft): Promise<Publication> {
    const { plan, findings } = checkPlan(draft);
    if (plan === null) return { kind: "refused", findings };
    const published = await source.publish(plan);
    await log.decisions.append(0, [
      { type: "plan_published", tenantId: published.tenantId, planVersion: published.version, atMs: clock() },
    ]);
    return { kind: "published", plan: published, findings };
  };
}

/** The fault for a refused draft, naming its first error; the whole list belongs into the problem document. */
export function refusal(findings: readonly PlanFinding[]): Fault {
  const first = findings.find(({ severity }) => severity === "error");
  const code = first?.pointer.includes("/geometry") === true ? "GEOMETRY_INVALID" : "PLAN_INVALID";
  return new Fault(code, first?.message ?? "The plan was refused", { at: first?.pointer ?? "" });
}
