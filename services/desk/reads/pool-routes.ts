import { Type } from "typebox";
import { Fault } from "../../core/domain/fault.ts";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { PageQuery, pageRequest } from "../../core/http/page.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadReads } from "../../core/ports/store.ts";
import { LeadSchema, leadView } from "../lead-view.ts";
import { notFound, planOf, seesPool } from "../scope.ts";
import { READERS } from "./readers.ts";

export interface PoolRoutesDeps {
  readonly reads: Pick<LeadReads, "poolLeads">;
  readonly plans: ActivePlans;
}

const Id = Type.String({ minLength: 1, maxLength: 128 });
const Next = Type.Union([Type.String(), Type.Null()]);
const PoolPage = Type.Object({
  items: Type.Array(Type.Interface([LeadSchema], { distanceMeters: Type.Union([Type.Number(), Type.Null()]) })),
  next: Next,
});
const POSITION = /^(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)$/;

/** Leads without an owner, for those who may claim them. */
export async function poolRoutes(app: HttpApp, { reads, plans }: PoolRoutesDeps): Promise<void> {
  app.get(
    "/v1/pools/:poolId/leads",
    {
      config: { access: READERS },
      schema: {
        summary: "Leads of a public pool: the longest in it first, or the nearest",
        operationId: "getPoolLeads",
        tags: ["reads"],
        params: Type.Object({ poolId: Id }),
        querystring: Type.Object({
          ...PageQuery,
          near: Type.Optional(Type.String({ maxLength: 64, description: "`latitude,longitude` in degrees, WGS-84" })),
        }),
        response: { 200: PoolPage, ...PROBLEMS },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const plan = planOf(plans, principal);
      const pool = plan.pool(request.params.poolId);
      if (pool === undefined || !seesPool(principal, pool, plan)) throw notFound();
      // Who may see a pool sees all of it: its leads may be claimed by every rep it serves.
      const scope = { tenantId: principal.tenantId, nodeIds: null };
      const near = request.query.near === undefined ? null : parsePosition(request.query.near);
      const page = await reads.poolLeads(scope, pool.poolId, { ...pageRequest(request.query), near });
      return {
        items: page.items.map(({ state, distanceMeters }) => ({ ...leadView(state, plan), distanceMeters })),
        next: page.next,
      };
    },
  );
}

export function parsePosition(text: string): { readonly latitudeDeg: number; readonly longitudeDeg: number } {
  const [, latitude, longitude] = POSITION.exec(text) ?? [];
  const position = { latitudeDeg: Number(latitude ?? Number.NaN), longitudeDeg: Number(longitude ?? Number.NaN) };
  // Written so that NaN fails.
  if (!(Math.abs(position.latitudeDeg) <= 90 && Math.abs(position.longitudeDeg) <= 180)) {
    throw new Fault("REQUEST_INVALID", "A position is `latitude,longitude` in degrees", { at: "/querystring/near" });
  }
  return position;
}
