import { Type } from "typebox";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { PlanSource } from "../../core/ports/plan-source.ts";
import type { LeadReads } from "../../core/ports/store.ts";
import { findLead, notFound, planOf, seesRepId } from "../scope.ts";
import { ExplanationSchema, explain, lastDecision } from "./explanation-view.ts";
import { ChangeSchema, changeOf } from "./history-view.ts";
import { createPlanReps } from "./plan-reps.ts";
import { READERS } from "./readers.ts";

export interface HistoryRoutesDeps {
  readonly reads: Pick<LeadReads, "lead" | "history">;
  readonly plans: ActivePlans;
  /** Plans of the past, under which old decisions were made. */
  readonly planSource: Pick<PlanSource, "version">;
}

const Params = Type.Object({ leadId: Type.String({ minLength: 1, maxLength: 128 }) });

/** How a lead came to be where it is, and why. */
export async function historyRoutes(app: HttpApp, { reads, plans, planSource }: HistoryRoutesDeps): Promise<void> {
  const planReps = createPlanReps(planSource);
  /** The whole history goes with the lead, to whoever may see the lead as it is now. */
  const historyOf = async (principal: Principal, leadId: string) => {
    const plan = planOf(plans, principal);
    // At once, as most who ask may see it: one after the other, they would wait for the store twice.
    const [events] = await Promise.all([
      reads.history({ tenantId: principal.tenantId, nodeIds: null }, leadId),
      findLead(reads, { principal, plan }, leadId),
    ]);
    return { plan, events };
  };

  app.get(
    "/v1/leads/:leadId/history",
    {
      config: { access: READERS },
      schema: {
        summary: "Every change of a lead, oldest first",
        operationId: "getLeadHistory",
        tags: ["reads"],
        params: Params,
        response: { 200: Type.Object({ leadId: Type.String(), items: Type.Array(ChangeSchema) }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { leadId } = request.params;
      const { events, plan } = await historyOf(principalOf(request), leadId);
      return { leadId, items: events.map((event) => changeOf(event, plan)) };
    },
  );

  app.get(
    "/v1/leads/:leadId/explanation",
    {
      config: { access: READERS },
      schema: {
        summary: "Why this rep, and why not each other one",
        operationId: "getLeadExplanation",
        tags: ["reads"],
        params: Params,
        response: { 200: ExplanationSchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { events, plan } = await historyOf(principal, request.params.leadId);
      const decision = lastDecision(events);
      if (decision === undefined) throw notFound();
      const reps = await planReps(decision.tenantId, decision.planVersion);
      return explain(decision, { plan, reps, sees: (repId) => seesRepId(principal, repId, plan) });
    },
  );
}
