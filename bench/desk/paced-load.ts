import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { createLeadPool, storePool, TENANT } from "../pipeline/lead-pool.ts";

/** Of a thread that appends leads at a fixed rate, so that its event loop is not the one that measures. */
export interface PacedLoadData {
  readonly settings: Readonly<Record<string, string>>;
  /** Leads of the pool that others use. */
  readonly skip: number;
  readonly count: number;
  readonly leadsPerSecond: number;
}

/** An append to each partition a tick; more often, and the load would be the appends. */
const TICK_MS = 40;

const { settings, skip, count, leadsPerSecond } = workerData as PacedLoadData;
const config = loadConfig(settings);
const logger = createLogger("silent", "bench");
const lifecycle = createLifecycle(logger);
const { log } = await openDistributedBacking({
  config,
  clientId: "bench-load",
  clock: Date.now,
  logger,
  lifecycle,
  onFault: (error) => console.error("load:", error),
});
const partitionOf = createPartitioner(log.leads.partitionCount);
const { leads } = storePool(await createLeadPool(skip + count, "on-shift"));
let used = skip;

/** The next leads, at the rate, whatever happens to them. @returns the rate that was reached */
async function append(wanted: number): Promise<number> {
  const from = used;
  used += wanted;
  const startMs = Date.now();
  const appends: Promise<number>[] = [];
  for (let sent = 0; sent < wanted;) {
    const due = Math.min(wanted, Math.floor(((Date.now() - startMs) * leadsPerSecond) / 1000));
    const capturedAtMs = Date.now();
    const fresh = leads
      .slice(from + sent, from + due)
      .map((lead) => ({ ...lead, facts: { ...lead.facts, capturedAtMs } }));
    for (const [partition, batch] of Map.groupBy(fresh, ({ facts }) => partitionOf(TENANT, facts.leadId))) {
      appends.push(log.leads.append(partition, batch));
    }
    sent = due;
    await wait(TICK_MS);
  }
  await Promise.all(appends);
  return (wanted * 1000) / (Date.now() - startMs);
}

parentPort!.on("message", async (wanted: number) => {
  if (wanted > 0) parentPort!.postMessage(await append(wanted));
  else await lifecycle.close().then(() => parentPort!.close());
});
parentPort!.postMessage("ready");
