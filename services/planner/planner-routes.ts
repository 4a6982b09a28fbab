import { Type } from "typebox";
import type { HttpApp } from "../core/http/app.ts";
import { principalOf } from "../core/http/auth.ts";
import { problemOfFault, sendProblem } from "../core/http/problem.ts";
import { PROBLEMS } from "../core/http/problem-schema.ts";
import type { PlanDraft } from "../core/domain/plan/check-plan.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import { refusal, type createPublishPlan } from "./publish-plan.ts";
import { PlanDraftSchema } from "./plan-schema.ts";

export interface PlannerRoutesDeps {
  readonly publishPlan: ReturnType<typeof createPublishPlan>;
  readonly plans: Pick<ActivePlans, "current">;
  /** Called before the answer, so that this process routes by the new plan at once. */
  readonly refresh: () => Promise<void>;
}

/** Territories of a continent in full detail fit; more belongs into several publications. */
const PLAN_LIMIT_BYTES = 32 * 1024 * 1024;

const Finding = Type.Object({
  pointer: Type.String(),
  code: Type.String(),
  message: Type.String(),
  severity: Type.Enum(["error", "warning"]),
});

/** `POST /v1/plans` and `GET /v1/plans/current`. */
export async function plannerRoutes(app: HttpApp, deps: PlannerRoutesDeps): Promise<void> {
  const { publishPlan, plans, refresh } = deps;

  app.post(
    "/v1/plans",
    {
      bodyLimit: PLAN_LIMIT_BYTES,
      config: { access: ["admin"], foundsTenant: true },
      schema: {
        summary: "Publishes a routing plan",
        description:
          "Checks the whole plan and puts it in force as the next version, or changes nothing. A tenant begins with " +
          "its first plan.",
        operationId: "publishPlan",
        tags: ["operations"],
        body: PlanDraftSchema,
        response: { 201: Type.Object({ version: Type.Integer(), findings: Type.Array(Finding) }), ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const draft = { ...(request.body as Omit<PlanDraft, "tenantId">), tenantId };
      const publication = await publishPlan(draft);
      if (publication.kind === "refused") {
        const errors = publication.findings
          .filter(({ severity }) => severity === "error")
          .map(({ pointer, code, message }) => ({ pointer, code, detail: message }));
        return sendProblem(reply, { ...problemOfFault(refusal(publication.findings)), errors });
      }
      await refresh();
      return reply
        .code(201)
        .send({ version: publication.plan.version, findings: publication.findings.map((finding) => ({ ...finding })) });
    },
  );

  currentPlanRoute(app, plans);
}

function currentPlanRoute(app: HttpApp, plans: PlannerRoutesDeps["plans"]): void {
  app.get(
    "/v1/plans/current",
    {
      config: { access: ["admin", "manager", "service"] },
      schema: {
        summary: "The plan in force, in numbers",
        operationId: "currentPlan",
        tags: ["operations"],
        response: {
          200: Type.Object({
            version: Type.Integer(),
            orgNodes: Type.Integer(),
            reps: Type.Integer(),
            territories: Type.Integer(),
            pools: Type.Integer(),
          }),
          ...PROBLEMS,
        },
      },
    },
    async (request) => {
      const compiled = plans.current(principalOf(request).tenantId);
      const { version = 0, orgNodes = [], reps = [], territories = [], pools = [] } = compiled?.plan ?? {};
      return {
        version,
        orgNodes: orgNodes.length,
        reps: reps.length,
        territories: territories.length,
        pools: pools.length,
      };
    },
  );
}
