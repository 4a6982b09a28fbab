import { Type } from "typebox";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf, type Authenticate } from "../../core/http/auth.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { seesNode, seesPool } from "../scope.ts";
import { changeOf } from "../reads/history-view.ts";
import { READERS } from "../reads/readers.ts";
import { EventFeed, type EventFeedDeps } from "./event-feed.ts";
import { OpenStreams, RETRY_MS, type StreamLimits } from "./open-streams.ts";
import { parsePositions } from "./positions.ts";
import { Subscription } from "./subscription.ts";

export interface StreamRoutesDeps extends EventFeedDeps {
  readonly plans: ActivePlans;
  /** Asked again at every heartbeat, so that a stream ends with its key. */
  readonly authenticate: Authenticate;
  readonly limits?: Partial<StreamLimits>;
}

/** `GET /v1/stream`: what happens to the caller's leads, as server-sent events that can be resumed exactly. */
export async function streamRoutes(app: HttpApp, deps: StreamRoutesDeps): Promise<void> {
  const feed = new EventFeed(deps);
  const streams = new OpenStreams(deps.authenticate, deps.limits);

  app.addHook("preClose", async () => {
    streams.close();
    feed.close();
  });

  app.get(
    "/v1/stream",
    {
      config: { access: READERS, longLived: true },
      schema: {
        summary: "Live events of the caller's scope",
        description:
          "Server-sent events; the type is the kind of change and the data is a change as in the history. The id " +
          "holds the position in every partition: send it back as `Last-Event-ID`, or as `after`, to resume exactly.",
        operationId: "stream",
        tags: ["reads"],
        querystring: Type.Object({ after: Type.Optional(Type.String({ maxLength: 4_096 })) }),
        response: {
          200: { description: "Events", content: { "text/event-stream": { schema: Type.String() } } },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const header = request.headers["last-event-id"];
      const id = typeof header === "string" && header !== "" ? header : request.query.after;
      const resumeFrom = id === undefined || id === "" ? null : parsePositions(id, deps.partitionCount);
      const writer = streams.open(request, reply);
      const subscription = new Subscription({
        reads: deps.reads,
        feed,
        writer,
        resumeFrom,
        viewOf: (event) => viewFor(principal, deps.plans, event),
        maxHeld: streams.limits.maxQueued,
      });
      reply.raw.once("close", () => subscription.stop());
      subscription.start().catch((error: unknown) => {
        request.log.warn({ err: error }, "stream ended early");
        subscription.stop();
        writer.close(RETRY_MS);
      });
    },
  );
}

/** By the plan of this moment: who moved in the organisation sees by his new place from the next event on. */
function viewFor(principal: Principal, plans: ActivePlans, event: LeadEvent): { type: string; data: string } | null {
  const plan = event.tenantId === principal.tenantId ? plans.current(event.tenantId) : null;
  if (plan === null) return null;
  const change = changeOf(event, plan);
  const pool = change.poolId === null ? undefined : plan.pool(change.poolId);
  const { repId } = principal;
  const isVisible =
    seesNode(principal, event.nodeId, plan) ||
    (pool !== undefined && seesPool(principal, pool, plan)) ||
    (repId !== null && (event.fromRepId === repId || event.toRepId === repId));
  return isVisible ? { type: change.type, data: JSON.stringify(change) } : null;
}
