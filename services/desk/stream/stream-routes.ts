import { Type } from "typebox";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf, type Authenticate } from "../../core/http/auth.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import { READERS } from "../reads/readers.ts";
import { EventFeed, type EventFeedDeps } from "./event-feed.ts";
import { OpenStreams, RETRY_MS, type StreamEvents, type StreamLimits } from "./open-streams.ts";
import { parsePositions } from "./positions.ts";
import { Subscription } from "./subscription.ts";
import { createTurnstile } from "./turnstile.ts";

export interface StreamRoutesDeps extends EventFeedDeps, StreamEvents {
  /** Asked again at every heartbeat, so that a stream ends with its key. */
  readonly authenticate: Authenticate;
  /** Calls back when keys were revoked or changed, so that their streams end at once. */
  readonly onKeysChanged?: (listener: () => void) => void;
  readonly limits?: Partial<StreamLimits>;
}

/** Clients that read what they missed at the same time. Each has a connection to the store meanwhile. */
const CATCHING_UP = 2;

/** `GET /v1/stream`: what happens to the caller's leads, as server-sent events that can be resumed exactly. */
export async function streamRoutes(app: HttpApp, deps: StreamRoutesDeps): Promise<void> {
  const feed = new EventFeed(deps);
  const streams = new OpenStreams(deps);
  const inTurn = createTurnstile(CATCHING_UP);
  deps.onKeysChanged?.(() => streams.closeUnwelcome());

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
          "holds the position in every partition: send it back as `Last-Event-ID`, or as `after`, to resume exactly. " +
          "Ids also come without an event. A client that takes its events too slowly is cut off, and resumes the same way.",
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
      const writer = streams.open(request, reply, () => subscription.heartbeat());
      const maxHeld = streams.limits.maxQueued;
      const subscription = new Subscription({ ...deps, principal, feed, writer, resumeFrom, maxHeld, inTurn });
      reply.raw.once("close", () => subscription.stop());
      subscription.start().catch((error: unknown) => {
        request.log.warn({ err: error }, "stream ended early");
        subscription.stop();
        writer.close("fault", RETRY_MS);
      });
    },
  );
}
