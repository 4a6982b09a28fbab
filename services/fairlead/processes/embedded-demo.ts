import { buildDemoPlan, DEMO_TENANT_ID } from "../demo/build-plan.ts";
import { beginDemoProgress, readDemoProgress, type DemoProgress } from "../demo/demo-progress.ts";
import { loadGeography } from "../demo/geography.ts";
import { DEMO_SEED, playDemo } from "../demo/play-demo.ts";
import { createPublishPlan } from "../../planner/publish-plan.ts";
import type { RunningProcess } from "./embedded.ts";

/**
 * Plays the demo in an embedded process if it is wanted: asked for, or left open and the directory is new or the demo's
 * own. A directory with somebody's real plan is never played on.
 */
export async function startEmbeddedDemo({ baseUrl, context, lifecycle }: RunningProcess): Promise<void> {
  const { config, plans, backing, clock, logger } = context;
  if (config.demo === false) return;
  const progress = await demoProgress(config.dataDir, { isNew: plans.tenantIds().length === 0, wanted: config.demo });
  if (progress === null) return;

  const geography = await loadGeography();
  if (plans.current(DEMO_TENANT_ID) === null) {
    const draft = buildDemoPlan({ seed: DEMO_SEED, nowMs: clock(), geography });
    const publishPlan = createPublishPlan({ source: backing.planSource, log: backing.log, clock });
    await publishPlan(draft);
    await plans.refresh();
  }
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

async function demoProgress(
  dataDir: string,
  { isNew, wanted }: { readonly isNew: boolean; readonly wanted: true | "if_new" },
): Promise<DemoProgress | null> {
  const begun = await readDemoProgress(dataDir);
  if (begun !== null) return begun;
  return isNew || wanted === true ? beginDemoProgress(dataDir) : null;
}
