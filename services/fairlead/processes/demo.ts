import { setTimeout as wait } from "node:timers/promises";
import { createPublishPlan } from "../../planner/publish-plan.ts";
import { closeOnSignal } from "../../core/runtime/lifecycle.ts";
import { createLogger } from "../../core/runtime/logger.ts";
import { buildDemoPlan, DEMO_TENANT_ID } from "../demo/build-plan.ts";
import { loadGeography } from "../demo/geography.ts";
import { DEMO_SEED, playDemo } from "../demo/play-demo.ts";
import type { Config } from "../config.ts";
import { registerCapture, registerDesk } from "./open-http.ts";
import type { ServiceContext } from "./service-context.ts";
import { startServiceProcess } from "./service-process.ts";
import { createRecovery } from "./start-routing.ts";

/** Other processes look for new plans once a second. */
const PLAN_SETTLES_MS = 3_000;

/**
 * `fairlead demo`, distributed: publishes the demo plan if the tenant has none, opens a capture door and a desk of its
 * own, and plays leads and reps against them. Routers, projector and steward run elsewhere.
 */
export async function runDemo(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel, "demo");
  const geography = await loadGeography();
  let opened: ServiceContext | undefined;
  const { lifecycle, baseUrl } = await startServiceProcess("demo", { config, logger }, async (context, http) => {
    opened = context;
    await publishDemoPlan(context, geography);
    await registerCapture(http, context);
    await registerDesk(http, context, { recoverLedger: createRecovery(context) });
  });
  const compiled = opened?.plans.current(DEMO_TENANT_ID);
  if (opened === undefined || compiled === undefined || compiled === null) throw new Error("The demo plan was refused");
  const { backing, clock } = opened;
  const stopping = new AbortController();
  lifecycle.onClose("demo", () => stopping.abort());
  closeOnSignal(lifecycle, logger);
  await playDemo({
    baseUrl,
    headers: { "fairlead-tenant": DEMO_TENANT_ID },
    plan: compiled.plan,
    geography,
    leadsPerSecond: config.demoRate,
    // Another run is another customer base: numbers go on with the time.
    startIndex: Math.floor(clock() / 1000),
    onProgress: () => Promise.resolve(),
    statusCounts: () => backing.store.statusCounts(DEMO_TENANT_ID),
    output: process.stdout,
    clock,
    signal: stopping.signal,
  });
}

type Geography = Awaited<ReturnType<typeof loadGeography>>;

async function publishDemoPlan({ backing, plans, clock }: ServiceContext, geography: Geography): Promise<void> {
  if (plans.current(DEMO_TENANT_ID) !== null) return;
  const publishPlan = createPublishPlan({ source: backing.planSource, log: backing.log, clock });
  await publishPlan(buildDemoPlan({ seed: DEMO_SEED, nowMs: clock(), geography }));
  await plans.refresh();
  await wait(PLAN_SETTLES_MS);
}
