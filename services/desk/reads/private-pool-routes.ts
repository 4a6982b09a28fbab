import { Type } from "typebox";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { PageQuery, pageRequest } from "../../core/http/page.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadReads } from "../../core/ports/store.ts";
import { LeadSchema, leadView } from "../lead-view.ts";
import { notFound, planOf, scopeOf, seesRep } from "../scope.ts";
import { READERS } from "./readers.ts";

export interface PrivatePoolRoutesDeps {
  readonly reads: Pick<LeadReads, "privatePool">;
  readonly plans: ActivePlans;
  readonly clock: Clock;
}

const PrivatePoolPage = Type.Object({
  items: Type.Array(
    Type.Interface([LeadSchema], {
      daysLeft: Type.Union([Type.Number({ description: "Until the lead drops; negative once late" }), Type.Null()]),
    }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
});
const DAY_MS = 86_400_000;

/** Leads that one rep owns. */
export async function privatePoolRoutes(app: HttpApp, { reads, plans, clock }: PrivatePoolRoutesDeps): Promise<void> {
  app.get(
    "/v1/reps/:repId/private-pool",
    {
      config: { access: READERS },
      schema: {
        summary: "Leads a rep owns: those due first, then the longest owned",
        operationId: "getPrivatePool",
        tags: ["reads"],
        params: Type.Object({ repId: Type.String({ minLength: 1, maxLength: 128 }) }),
        querystring: Type.Object(PageQuery),
        response: { 200: PrivatePoolPage, ...PROBLEMS },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const plan = planOf(plans, principal);
      const { repId } = request.params;
      const rep = plan.rep(repId)?.rep;
      const isOwn = principal.repId === repId;
      if (!isOwn && (rep === undefined || !seesRep(principal, rep, plan))) throw notFound();
      // One's own leads are all one's own, whichever team they came through.
      const scope = isOwn ? { tenantId: principal.tenantId, nodeIds: null } : scopeOf(principal, plan);
      const { items, next } = await reads.privatePool(scope, repId, pageRequest(request.query));
      const nowMs = clock();
      return {
        items: items.map((state) => ({
          ...leadView(state, plan),
          daysLeft: state.dueAtMs === null ? null : (state.dueAtMs - nowMs) / DAY_MS,
        })),
        next,
      };
    },
  );
}
