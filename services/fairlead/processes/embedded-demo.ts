import { buildDemoPlan, DEMO_TENANT_ID } from "../demo/build-plan.ts";
import { beginDemoProgress, readDemoProgress, type DemoProgress } from "../demo/demo-progress.ts";
import { loadGeography, type Geography } from "../demo/geography.ts";
import { DEMO_SEED, playDemo } from "../demo/play-demo.ts";
import { createPublishPlan } from "../../planner/publish-plan.ts";
import type { RunningProcess } from "./embedded.ts";
import type { ServiceContext } from "./service-context.ts";

export interface EmbeddedDemo {
  /** Publishes the demo plan if the demo is wanted and has none yet. */
  prepare(context: ServiceContext): Promise<void>;
  /** Plays, if the demo is wanted. */
  play(running: RunningProcess): void;
}

interface Prepared {
  readonly geography: Geography;
  readonly progress: DemoProgress;
}

/**
 * The demo of an embedded process: played if asked for, or if left open and the directory is new or the demo's own. A
 * directory with somebody's real plan is never played on.
 */
export function createEmbeddedDemo(): EmbeddedDemo {
  let prepared: Prepared | null = null;
  return {
    async prepare(context) {
      const progress = await wantedProgress(context);
      if (progress === null) return;
      const geography = await loadGeography();
      await publishDemoPlan(context, geography);
      prepared = { geography, progress };
    },
    play(running) {
      if (prepared !== null) playPrepared(running, prepared);
    },
  };
}

async function wantedProgress({ config, plans }: ServiceContext): Promise<DemoProgress | null> {
  if (config.demo === false) return null;
  const begun = await readDemoProgress(config.dataDir);
  if (begun !== null) return begun;
  const isNew = plans.tenantIds().length === 0;
  return isNew || config.demo === true ? beginDemoProgress(config.dataDir) : null;
}

async function publishDemoPlan({ plans, backing, clock }: ServiceContext, geography: Geography): Promise<void> {
  if (plans.current(DEMO_TENANT_ID) !== null) return;
  const publishPlan = createPublishPlan({ source: backing.planSource, log: backing.log, clock });
  await publishPlan(buildDemoPlan({ seed: DEMO_SEED, nowMs: clock(), geography }));
  await plans.refresh();
}

function playPrepared({ baseUrl, context, lifecycle }: RunningProcess, { geography, progress }: Prepared): void {
  const { config, plans, backing, clock, logger } = context;
  const compiled = plans.current(DEMO_TENANT_ID);
  if (compiled === null) throw new Error("The demo plan was refused");
  const stopping = new AbortController();
  const playing = playDemo({
    baseUrl,
    headers: { "fairlead-tenant": DEMO_TENANT_ID },
    plan: compiled.plan,
    geography,
    leadsPerSecond: config.demoRate,
    startIndex: progress.nextIndex,
    onProgress: progress.advance,
    statusCounts: () => backing.store.statusCounts(DEMO_TENANT_ID),
    output: process.stdout,
    clock,
    signal: stopping.signal,
  }).catch((err: unknown) => logger.error({ err }, "The demo ended"));
  lifecycle.onClose("demo", async () => {
    stopping.abort();
    await playing;
  });
}
