/**
 * Makes the data directory of an embedded process that has run for a month: open leads, closures, releases, claims and
 * follow-ups in its log, projected and with a checkpoint.
 * Run: `node bench/embedded/fill-directory.ts <directory> <open leads>`.
 */
import { setTimeout as wait } from "node:timers/promises";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import { takeCheckpoint } from "../../services/core/protocol/take-checkpoint.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { openEmbeddedBacking } from "../../services/fairlead/processes/embedded-backing.ts";
import { createProjector } from "../../services/projector/projector.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { fillLog } from "../recovery/fill-log.ts";
import { roomyPlan } from "../recovery/roomy-plan.ts";

const [dataDir = "", openLeads = "1000000"] = process.argv.slice(2);
const MONTH_MS = 30 * 86_400_000;

const lifecycle = createLifecycle(createLogger("warn", "fill"));
const onFault = (error: unknown): void => console.error(error);
const { log, store, planSource, checkpoints } = await openEmbeddedBacking({
  dataDir,
  clock: Date.now,
  lifecycle,
  onFault,
});
const pool = await createLeadPool(5000, "on-shift");
const published = await planSource.publish(roomyPlan(pool.plan));
const toMs = Date.now();
const report = await fillLog(log, {
  plan: compilePlan(published),
  templates: pool.leads,
  openLeads: Number(openLeads),
  fromMs: toMs - MONTH_MS,
  toMs,
});
console.log(JSON.stringify(report));
const { leads } = await takeCheckpoint({ decisions: log.decisions, checkpoints });
console.log(`checkpoint of ${leads} leads`);
const reader = await createProjector({ decisions: log.decisions, projection: store, clock: Date.now, onFault }).start();
for (let behind = Infinity; behind > 0;) {
  await wait(2_000);
  behind = 0;
  for (let partition = 0; partition < log.decisions.partitionCount; partition++) {
    behind += (await log.decisions.endOffset(partition)) - (await store.position(partition)).next;
  }
  console.log(`${behind} records to project`);
}
await reader.close();
await lifecycle.close();
