import type { PlanSource } from "../../ports/plan-source.ts";
import { latestPlan } from "./plans/latest-plan.ts";
import { planVersion } from "./plans/plan-version.ts";
import { publishPlan } from "./plans/publish-plan.ts";
import { latestVersions } from "./plans/latest-versions.ts";
import type { SqlRunner } from "./session.ts";

/** Plans in PostgreSQL, in process or on a server. The schema must be there: see `migrate`. */
export function createPlanSource(session: SqlRunner): PlanSource {
  return {
    latestVersions: () => latestVersions(session, undefined),
    latest: (tenantId) => latestPlan(session, tenantId),
    version: (tenantId, version) => planVersion(session, { tenantId, version }),
    publish: (plan) => publishPlan(session, plan),
  };
}
