/**
 * Embedded mode: from the time a lead is due at the door to its decision in the log, while everything else happens in the
 * same process; and for how long the thread that decides did nothing else. Result: bench/results/embedded-latency.json.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { startEmbedded } from "../../services/fairlead/processes/embedded.ts";
import { createLeadPool, TENANT, type LeadPool } from "../pipeline/lead-pool.ts";
import { describeMachine } from "../pipeline/report.ts";
import { quantiles } from "../pipeline/summary.ts";

const RATES = [200, 1_000, 2_000];
const SECONDS = 8;
const SETTLE_SECONDS = 3;
/** What runs at 200 leads/s for minutes is compiled; what runs for seconds is not. */
const WARM_UP = { leads: 10_000, perSecond: 2_000 };
const TICK_MS = 5;

type Running = Awaited<ReturnType<typeof startEmbedded>>;

/** Leads are captured when they were due, late or not; all of a tick in one append for each partition. */
async function sendPaced({ context }: Running, leads: LeadPool["leads"], perSecond: number): Promise<void> {
  const startMs = Date.now();
  let sent = 0;
  while (sent < leads.length) {
    const due = Math.min(leads.length, Math.floor(((Date.now() - startMs) * perSecond) / 1000));
    const byPartition = Map.groupBy(
      leads.slice(sent, due).map((lead, index) => {
        const capturedAtMs = startMs + Math.floor(((sent + index) * 1000) / perSecond);
        return { ...lead, facts: { ...lead.facts, capturedAtMs } };
      }),
      ({ facts }) => context.leadPartition(TENANT, facts.leadId),
    );
    for (const [partition, own] of byPartition) void context.backing.log.leads.append(partition, own);
    sent = due;
    await wait(TICK_MS);
  }
}

async function latencies({ context }: Running, fromMs: number): Promise<number[]> {
  const { decisions } = context.backing.log;
  const found: number[] = [];
  for (let partition = 0; partition < decisions.partitionCount; partition++) {
    for await (const entries of decisions.readRange(partition, 0, await decisions.endOffset(partition))) {
      for (const entry of entries) {
        if (entry.kind !== "value" || entry.value.type !== "decision") continue;
        const { capturedAtMs } = entry.value.facts;
        if (capturedAtMs >= fromMs) found.push(entry.appendedAtMs - capturedAtMs);
      }
    }
  }
  return found;
}

async function measure(rate: number) {
  const count = rate * (SETTLE_SECONDS + SECONDS);
  const pool = await createLeadPool(WARM_UP.leads + count, "on-shift");
  const dataDir = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const config = loadConfig({ FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_LOG_LEVEL: "silent" });
  const running = await startEmbedded(config, createLogger("silent", "bench"), async ({ backing, plans }) => {
    await backing.planSource.publish(pool.plan);
    await plans.refresh();
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  try {
    await sendPaced(running, pool.leads.slice(0, WARM_UP.leads), WARM_UP.perSecond);
    const fromMs = Date.now() + SETTLE_SECONDS * 1000;
    const begin = setTimeout(() => delay.enable(), SETTLE_SECONDS * 1000);
    await sendPaced(running, pool.leads.slice(WARM_UP.leads), rate);
    delay.disable();
    clearTimeout(begin);
    while ((await latencies(running, fromMs)).length < rate * SECONDS * 0.99) await wait(200);
    const eventLoopDelayMs = { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
    return { leadsPerSecond: rate, captureToDecisionMs: quantiles(await latencies(running, fromMs)), eventLoopDelayMs };
  } finally {
    await running.lifecycle.close();
    rmSync(dataDir, { recursive: true });
  }
}

const rates = [];
for (const rate of RATES) {
  rates.push(await measure(rate));
  console.log(JSON.stringify(rates.at(-1)));
}
const result = { ...describeMachine(), rates };
writeFileSync(new URL("../results/embedded-latency.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
