import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from "fastify";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import type { Clock } from "../domain/lead/clock.ts";
import { authenticateRequests, type Authenticate } from "./auth.ts";
import { limitBodyTime } from "./body-deadline.ts";
import { handleErrors } from "./error-handler.ts";
import { healthRoutes, type HealthOptions } from "./health.ts";
import { IDEMPOTENCY_DEFAULTS, replayAnswers } from "./idempotency.ts";
import type { IdempotencyOptions } from "./idempotency-store.ts";
import { readJsonBodies } from "./json-body.ts";
import { measureRequests, metricsRoute } from "./metrics.ts";
import { documentRoutes, type OpenApiInfo } from "./openapi.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { compileValidator } from "./validation.ts";

/** What routes are registered on: Fastify with TypeBox types. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpAppOptions {
  /** A pino logger; requests are logged with their id, never with their body. */
  readonly logger: FastifyBaseLogger;
  readonly auth: Authenticate;
  readonly openapi: OpenApiInfo;
  readonly registry: Registry;
  readonly health: HealthOptions;
  readonly clock: Clock;
  readonly bodyLimitBytes?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly idempotency?: Partial<Omit<IdempotencyOptions, "clock">>;
}

export interface HttpTimeouts {
  /** For headers, and for the body of everything but streams. */
  readonly requestMs: number;
  /** A connection on which nothing moves. */
  readonly connectionMs: number;
  /** For the body of a bulk upload. */
  readonly streamMs: number;
  readonly keepAliveMs: number;
  /** For requests under way when the app closes; then every connection is cut. */
  readonly drainMs: number;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const TIMEOUTS: HttpTimeouts = {
  requestMs: 10_000,
  connectionMs: 15_000,
  streamMs: 600_000,
  keepAliveMs: 72_000,
  drainMs: 5_000,
};

/**
 * The HTTP app that every service of a process registers its routes on. Adds probes, metrics, the OpenAPI document,
 * authentication, idempotency keys and problem documents. `await app.register(routes, deps)` adds a service.
 */
export async function buildHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const app = fastify({
    loggerInstance: options.logger,
    // One line per request is the access log of the proxy before us; metrics and failures are ours.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    requestTimeout: timeouts.streamMs,
    connectionTimeout: timeouts.connectionMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    http: { headersTimeout: timeouts.requestMs },
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: false,
    return503OnClosing: true,
    forceCloseConnections: "idle",
    trustProxy: false,
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Node takes a connection that never had a request (browsers open them ahead) for a busy one.
  app.addHook("preClose", async () => {
    setTimeout(() => app.server.closeAllConnections(), timeouts.drainMs).unref();
  });
  app.setValidatorCompiler(compileValidator);
  const plain: FastifyInstance = app;
  handleErrors(plain);
  readJsonBodies(plain);
  addSecurityHeaders(plain);
  measureRequests(plain, options.registry);
  limitBodyTime(plain, timeouts.requestMs);
  authenticateRequests(plain, options.auth);
  replayAnswers(plain, { ...IDEMPOTENCY_DEFAULTS, ...options.idempotency, clock: options.clock });
  await documentRoutes(plain, options.openapi);
  await app.register(healthRoutes, options.health);
  await app.register(metricsRoute, { registry: options.registry });
  return app;
}
