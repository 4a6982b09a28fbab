import type { FastifyInstance } from "fastify";
import { Type } from "typebox";

export interface HealthCheck {
  readonly name: string;
  /** Resolves if well; what it rejects with is not told. */
  readonly check: () => Promise<void> | void;
}

export interface HealthOptions {
  /** Never a dependency: a dead database is no reason to restart us. */
  readonly live: readonly HealthCheck[];
  readonly ready: readonly HealthCheck[];
  /** A check that takes longer counts as failed. */
  readonly checkTimeoutMs?: number;
}

const Health = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("failing")]),
  checks: Type.Record(Type.String(), Type.Union([Type.Literal("ok"), Type.Literal("failing")])),
});

/** `/livez` and `/readyz`, for Kubernetes and people. 503 names the checks that failed, and nothing more. */
export async function healthRoutes(app: FastifyInstance, options: HealthOptions): Promise<void> {
  const timeoutMs = options.checkTimeoutMs ?? 2_000;
  const route = (path: string, summary: string, checks: readonly HealthCheck[]): void => {
    app.get(
      path,
      {
        config: { access: "public" },
        schema: { summary, operationId: path.slice(1), tags: ["operations"], response: { 200: Health, 503: Health } },
      },
      async (_request, reply) => {
        const results = await Promise.all(checks.map(async ({ check }) => isWell(check, timeoutMs)));
        const status = results.every(Boolean) ? "ok" : "failing";
        return reply.code(status === "ok" ? 200 : 503).send({
          status,
          checks: Object.fromEntries(checks.map(({ name }, i) => [name, results[i] ? "ok" : "failing"])),
        });
      },
    );
  };
  route("/livez", "Whether the process should go on living", options.live);
  route("/readyz", "Whether the process should get traffic", options.ready);
}

async function isWell(check: HealthCheck["check"], timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const well = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    );
  try {
    return await Promise.race([well, late]);
  } finally {
    clearTimeout(timer);
  }
}
