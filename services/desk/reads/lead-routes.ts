import { Type } from "typebox";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadReads } from "../../core/ports/store.ts";
import { LeadSchema, leadView } from "../lead-view.ts";
import { findLead, planOf } from "../scope.ts";
import { READERS } from "./readers.ts";

export interface LeadRoutesDeps {
  readonly reads: Pick<LeadReads, "lead">;
  readonly plans: ActivePlans;
}

const Params = Type.Object({ leadId: Type.String({ minLength: 1, maxLength: 128 }) });

/** One lead as it is now. */
export async function leadRoutes(app: HttpApp, { reads, plans }: LeadRoutesDeps): Promise<void> {
  app.get(
    "/v1/leads/:leadId",
    {
      config: { access: READERS },
      schema: {
        summary: "A lead and its current assignment",
        operationId: "getLead",
        tags: ["reads"],
        params: Params,
        response: { 200: LeadSchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const plan = planOf(plans, principal);
      return leadView(await findLead(reads, { principal, plan }, request.params.leadId), plan);
    },
  );
}
