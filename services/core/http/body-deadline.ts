import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A body that is not JSON is a stream and may take long; the route bounds it itself. */
    readonly streamsBody?: boolean;
    /** The answer is a stream that may never end. */
    readonly longLived?: boolean;
  }
}

/**
 * Ends connections whose body does not arrive in time. Node's own `requestTimeout` is one number for the whole server,
 * and a bulk upload of minutes is legitimate.
 */
export function limitBodyTime(app: FastifyInstance, bodyTimeoutMs: number): void {
  app.addHook("onRequest", async (request) => {
    const { raw, headers } = request;
    if (raw.method === "GET" || raw.method === "HEAD") return;
    const isJson = headers["content-type"]?.startsWith("application/json") ?? true;
    if (request.routeOptions.config.streamsBody === true && !isJson) return;
    const timer = setTimeout(() => raw.destroy(), bodyTimeoutMs);
    timer.unref();
    const stop = (): void => clearTimeout(timer);
    raw.once("end", stop);
    raw.once("close", stop);
  });
}
