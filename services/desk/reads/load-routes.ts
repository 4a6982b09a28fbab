import { Type } from "typebox";
import { Fault } from "../../core/domain/fault.ts";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { PageQuery, pageRequest } from "../../core/http/page.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadReads } from "../../core/ports/store.ts";
import { notFound, planOf, seesNode } from "../scope.ts";
import { repLoads, type RepLoadView } from "./load-view.ts";
import { READERS } from "./readers.ts";

export interface LoadRoutesDeps {
  readonly reads: Pick<LeadReads, "load" | "held">;
  readonly plans: ActivePlans;
}

const orNumber = Type.Union([Type.Number(), Type.Null()]);
const LoadPage = Type.Object({
  nodeId: Type.String(),
  name: Type.String(),
  owned: Type.Integer(),
  parked: Type.Integer(),
  public: Type.Integer(),
  items: Type.Array(
    Type.Object({
      repId: Type.String(),
      name: Type.String(),
      active: Type.Boolean(),
      nodeIds: Type.Array(Type.String()),
      owned: Type.Integer(),
      load: Type.Number({ description: "Lead units" }),
      limits: Type.Object({ privatePool: Type.Integer(), load: orNumber, claimsPerDay: orNumber }),
      freeSlots: Type.Integer({ description: "Of the person: leads owned in other teams take slots too." }),
      lastAssignedAt: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
});

/** How full a part of the organisation is. */
export async function loadRoutes(app: HttpApp, { reads, plans }: LoadRoutesDeps): Promise<void> {
  app.get(
    "/v1/org/:nodeId/load",
    {
      config: { access: READERS },
      schema: {
        summary: "Owned leads, limits and free slots of every rep below a node, by rep id",
        operationId: "getNodeLoad",
        tags: ["reads"],
        params: Type.Object({ nodeId: Type.String({ minLength: 1, maxLength: 128 }) }),
        querystring: Type.Object(PageQuery),
        response: { 200: LoadPage, ...PROBLEMS },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const plan = planOf(plans, principal);
      const { nodeId } = request.params;
      const node = plan.tree.node(nodeId);
      if (node === undefined || !seesNode(principal, nodeId, plan)) throw notFound();
      const { limit, after } = pageRequest(request.query);
      const afterRepId = after === null ? "" : decodeAfter(after);
      const nodeIds = plan.tree.subtree(nodeId);
      const load = await reads.load({ tenantId: principal.tenantId, nodeIds });
      const rest = repLoads(plan, nodeIds, load).filter(({ repId }) => repId > afterRepId);
      const page = rest.slice(0, limit);
      const held = await reads.held(
        principal.tenantId,
        page.map(({ repId }) => repId),
      );
      const items = page.map((rep) => ({ ...rep, freeSlots: freeSlots(rep, held.get(rep.repId) ?? 0) }));
      const { owned, parked, public: publicCount } = load;
      const last = items.at(-1);
      const next = rest.length > limit && last !== undefined ? encodeAfter(last.repId) : null;
      return { nodeId, name: node.name, owned, parked, public: publicCount, items, next };
    },
  );
}

const freeSlots = ({ limits }: RepLoadView, held: number): number => Math.max(0, limits.privatePool - held);

const PREFIX = "rep:";
const encodeAfter = (repId: string): string => Buffer.from(PREFIX + repId).toString("base64url");

function decodeAfter(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith(PREFIX)) throw new Fault("CURSOR_INVALID", "The cursor is not one of ours");
  return text.slice(PREFIX.length);
}
