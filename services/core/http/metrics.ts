import type { FastifyInstance } from "fastify";
import { Histogram, type Registry } from "prom-client";
import { Type } from "typebox";

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times every request. The route is its pattern, so that no id ever becomes a label. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: "fairlead_http_request_duration_seconds",
    help: "Time from the request's headers to the end of the answer.",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    // An open stream is no slow request.
    if (request.routeOptions.config.longLived === true) return;
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? "none", status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    );
  });
}

export async function metricsRoute(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  app.get(
    "/metrics",
    {
      config: { access: "public" },
      schema: {
        summary: "Prometheus metrics of this process",
        operationId: "metrics",
        tags: ["operations"],
        response: { 200: { description: "Text format", content: { "text/plain": { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => {
      const text = await registry.metrics();
      return reply.header("content-type", registry.contentType).serializer(String).send(text);
    },
  );
}
