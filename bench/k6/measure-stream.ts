import { TENANT } from "../pipeline/lead-pool.ts";
import type { BenchPlan } from "./bench-plan.ts";
import { runScenario, type ScenarioResult } from "./run-scenario.ts";
import { createListeners, createStreamClients } from "./stream-clients.ts";
import { settle, temporaryFile, type StartedStack } from "./started-stack.ts";
import type { Target } from "./target.ts";

const CLIENTS = 1_000;
const ADMIN_TOKEN = "fl_bench-admin-of-the-k6-run";
const WITHIN_MS = 1_000;

export interface StreamRun {
  readonly binary: string;
  readonly plan: BenchPlan;
  readonly start: (plan: BenchPlan, settings: Readonly<Record<string, string>>) => Promise<StartedStack>;
  readonly target: (stack: StartedStack) => Target;
}

/** A thousand reps listen, k6 posts. The clients are Node's, since k6 speaks no server-sent events. */
export async function measureStream({ binary, plan, start, target }: StreamRun): Promise<ScenarioResult> {
  const { listeners, keys } = createListeners(TENANT, plan.reps, CLIENTS);
  const admin = { sha256: await sha256(ADMIN_TOKEN), principalId: "bench", tenantId: TENANT, role: "admin" };
  const keysFile = temporaryFile("keys.json", JSON.stringify({ keys: [admin, ...keys] }));
  const stack = await start(plan, { FAIRLEAD_API_KEYS_FILE: keysFile });
  const clients = createStreamClients(stack.desk, listeners);
  await clients.open();
  await settle();
  const authorization = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const ran = target(stack);
  const result = await runScenario(binary, "stream", { ...ran, headers: { ...ran.headers, ...authorization } });
  await settle();
  const { delayMs, ...counts } = clients.close();
  await stack.stopAndVerify();
  const thresholds = {
    ...result.thresholds,
    "stream_clients: broken==0": counts.broken === 0,
    "stream_clients: assigned>0": counts.assigned > 0,
    [`stream_delay: max<=${WITHIN_MS}`]: delayMs.max <= WITHIN_MS,
  };
  return {
    ...result,
    passed: Object.values(thresholds).every(Boolean),
    thresholds,
    metrics: { ...result.metrics, stream_clients: counts, stream_delay: { ...delayMs } },
  };
}

async function sha256(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Buffer.from(digest).toString("hex");
}
