import { randomUUID } from "node:crypto";
import { captureRoutes } from "../../capture/capture-routes.ts";
import { createCaptureLead } from "../../capture/capture-lead.ts";
import { createPrepareLead } from "../../core/domain/lead/prepare-lead.ts";
import { buildHttpApp, type HttpApp } from "../../core/http/app.ts";
import { createAuthenticate, type Authenticate } from "../../core/http/auth.ts";
import type { HealthCheck } from "../../core/http/health.ts";
import { createCommitDecisions } from "../../core/protocol/commit-decisions.ts";
import { capturedLeadFromJson } from "../../core/wire/captured-lead-json.ts";
import { deskRoutes } from "../../desk/desk-routes.ts";
import { plannerRoutes } from "../../planner/planner-routes.ts";
import { createPublishPlan } from "../../planner/publish-plan.ts";
import { startFinishingHandOvers } from "./finish-hand-overs.ts";
import { openAdmission } from "./open-admission.ts";
import { openApiKeys } from "./open-api-keys.ts";
import type { ServiceContext } from "./service-context.ts";
import { unusable } from "./unusable-setting.ts";

export interface Http {
  readonly app: HttpApp;
  readonly authenticate: Authenticate;
  /** Calls back when there are other API keys; without a file of keys there never are. */
  readonly onKeysChanged: (listener: () => void) => void;
  /** Starts to listen once all routes are registered. @returns the base URL */
  listen(): Promise<string>;
}

const OPENAPI = {
  title: "Fairlead",
  version: "1.0.0",
  description: "Routes sales leads to the right salesperson and keeps them moving.",
};

/**
 * Connections that wait to be accepted. Node's 511 are too few for a crowd that comes at once: who finds them taken tries
 * again after one, three and seven seconds, and would have had a refusal at once.
 */
const LISTEN_BACKLOG = 4_096;

/** The HTTP side of a process: probes and metrics at once, routes of services as they are registered. */
export async function openHttp(context: ServiceContext, ready: readonly HealthCheck[]): Promise<Http> {
  const { config, plans, clock, logger, metrics, lifecycle } = context;
  const tenantExists = (tenantId: string): boolean => plans.current(tenantId) !== null;
  const keys = config.apiKeysFile === null ? null : await openApiKeys(config.apiKeysFile, context);
  const authenticate = createAuthenticate(
    keys === null
      ? { mode: "off", defaultTenantId: config.defaultTenant, tenantExists }
      : { mode: "keys", keys: keys.current, clock, tenantExists },
  );
  const app = await buildHttpApp({
    logger,
    auth: authenticate,
    openapi: OPENAPI,
    registry: metrics.registry,
    health: { live: [], ready },
    clock,
  });
  lifecycle.onClose("http", () => app.close());
  return {
    app,
    authenticate,
    onKeysChanged: (listener) => keys?.onChanged(listener),
    async listen() {
      const address = await app.listen({ ...config.http, backlog: LISTEN_BACKLOG }).catch((cause: unknown) => {
        throw unusable(`cannot listen on ${config.http.host}:${config.http.port}`, cause);
      });
      logger.info({ address }, "Listening");
      return address;
    },
  };
}

/** `POST /v1/leads`. */
export async function registerCapture({ app }: Http, context: ServiceContext): Promise<void> {
  const { backing, clock, leadPartition, metrics } = context;
  const prepareLead = createPrepareLead({ vault: backing.vault, clock });
  const captureLead = createCaptureLead({
    leads: backing.log.leads,
    partitionOf: leadPartition,
    readLead: capturedLeadFromJson,
    prepare: (tenantId, lead) => prepareLead(lead, { tenantId, leadId: randomUUID }),
  });
  await app.register(captureRoutes, { captureLead, admission: openAdmission(context), onCaptured: metrics.captured });
}

export interface DeskParts {
  readonly recoverLedger: () => Promise<void>;
  /** How the live stream hears of new projections in this process; without it the stream looks by itself. */
  readonly onProjected?: (wake: () => void) => () => void;
}

/** Reads, commands and the live stream. */
export async function registerDesk(http: Http, context: ServiceContext, parts: DeskParts): Promise<void> {
  const { backing, plans, clock, metrics, decisionPartition } = context;
  const { log, ledger, store, planSource } = backing;
  const commitDecisions = createCommitDecisions({ ledger, log, partitionOf: decisionPartition });
  startFinishingHandOvers(context, commitDecisions);
  await http.app.register(deskRoutes, {
    reads: store,
    decisions: log.decisions,
    commitDecisions,
    partitionOf: decisionPartition,
    partitionCount: log.decisions.partitionCount,
    plans,
    planSource,
    clock,
    authenticate: http.authenticate,
    onKeysChanged: http.onKeysChanged,
    onFault: (error: unknown) => metrics.onFault("desk", error),
    ...metrics.streams,
    ...parts,
  });
}

/** Publication of routing plans. */
export async function registerPlanner({ app }: Http, context: ServiceContext): Promise<void> {
  const { backing, plans, clock } = context;
  const publishPlan = createPublishPlan({ source: backing.planSource, log: backing.log, clock });
  await app.register(plannerRoutes, { publishPlan, plans, refresh: plans.refresh });
}
