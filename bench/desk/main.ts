/**
 * The desk while leads are routed: reads at a fixed rate, then a thousand live streams; on a started distributed stack of real
 * servers. Results: bench/results/desk-reads.json and bench/results/sse-fan-out.json.
 *
 * node bench/desk/main.ts [--leads-per-second=2000] [--reads-per-second=500] [--clients=1000] [--seconds=20] [--no-results]
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { collectSeldom } from "../../services/fairlead/processes/collect-seldom.ts";
import { FAIRLEAD, startChild } from "../pipeline/child.ts";
import { createInstallation, type Installation } from "../pipeline/installation.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { serverPids, startStack } from "../pipeline/stack.ts";
import { round } from "../pipeline/summary.ts";
import { createKeys } from "./bench-keys.ts";
import { createReads } from "./desk-reads.ts";
import { expectedEvents } from "./expected-events.ts";
import { openListeners } from "./listeners.ts";
import { readOpenLoop } from "./open-loop.ts";
import type { PacedLoadData } from "./paced-load.ts";
import { watchCores } from "./watch-cores.ts";

const { values } = parseArgs({
  options: {
    "leads-per-second": { type: "string", default: "2000" },
    "reads-per-second": { type: "string", default: "500" },
    clients: { type: "string", default: "1000" },
    seconds: { type: "string", default: "20" },
    "no-results": { type: "boolean", default: false },
  },
});
const [leadsPerSecond, readsPerSecond, clients, seconds] = [
  Number(values["leads-per-second"]),
  Number(values["reads-per-second"]),
  Number(values.clients),
  Number(values.seconds),
];
const PARTITIONS = 8;
const PRELOAD = 20_000;
const PHASES = 2;
/** A process that has just started is still compiling what it runs. */
const SETTLE_SECONDS = 10;
/** Behind the end of the load, for the last events to arrive. */
const DELIVERY_MS = 2_000;

/** So many records, and then nothing for half a second: barriers are counted too, and the last decisions may be to come. */
async function untilProjected(installation: Installation, count: number): Promise<void> {
  for (let seen = -1, now = 0; now < count || now !== seen; now = await installation.projected()) {
    seen = now;
    await wait(500);
  }
}

// Its collector's threads would take the processors from what is measured.
collectSeldom();
const perPhase = leadsPerSecond * (seconds + SETTLE_SECONDS);
const pool = await createLeadPool(PRELOAD, "on-shift");
const keys = createKeys(pool.plan.reps);
const directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
const keysFile = join(directory, "keys.json");
writeFileSync(keysFile, keys.document);
const stack = await startStack();
const installation = await createInstallation(stack, {
  name: "bench-desk",
  database: 1,
  partitions: PARTITIONS,
  plan: pool.plan,
});
const services = ["router", "projector", "desk"] as const;
const children = services.map((service) => {
  const settings = { ...installation.settings, ...(service === "desk" && { FAIRLEAD_API_KEYS_FILE: keysFile }) };
  return startChild({ settings }, { script: FAIRLEAD, args: ["start", service] });
});
const [, , deskUrl = ""] = await Promise.all(children.map((child) => child.listening()));
const loadData: PacedLoadData = {
  settings: installation.settings,
  skip: PRELOAD,
  count: PHASES * perPhase,
  leadsPerSecond,
};
const load = new Worker(new URL("paced-load.ts", import.meta.url), { workerData: loadData });
await once(load, "message");
const machine = {
  ...serverPids(stack),
  ...Object.fromEntries(services.map((service, at) => [service, [children[at]!.pid]])),
};
await installation.append(pool.leads);
await untilProjected(installation, PRELOAD);

/** What `measured` answers, once all is warm, with the share of a core that each process used meanwhile. */
async function whileRouting<T>(phase: number, warmUp: () => Promise<unknown>, measured: () => Promise<T>) {
  load.postMessage(perPhase);
  const routing = once(load, "message");
  await warmUp();
  const cores = await watchCores(machine, load);
  const ownDelay = monitorEventLoopDelay({ resolution: 2 });
  ownDelay.enable();
  await loopDelayMs(deskUrl);
  const result = await measured();
  const used = await cores();
  const delays = { desk: await loopDelayMs(deskUrl), clients: round(ownDelay.percentile(99) / 1e6) };
  const [routed] = (await routing) as [number];
  await untilProjected(installation, PRELOAD + phase * perPhase);
  return { leadsPerSecond: round(routed), ...result, cores: used, loopDelayP99Ms: delays };
}

/** Since it was last asked. */
async function loopDelayMs(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return round(Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/mu.exec(text)?.[1]) * 1000);
}

const next = createReads({ pool, keys });
const readFor = (duration: number) => readOpenLoop(deskUrl, { perSecond: readsPerSecond, seconds: duration, next });
const reads = await whileRouting(
  1,
  () => readFor(SETTLE_SECONDS),
  () => readFor(seconds),
);
console.log(JSON.stringify(reads, null, 2));

const { store } = installation.backing;
const from = await Promise.all(
  Array.from({ length: PARTITIONS }, async (_, at) => (await store.position(at)).next - 1),
);
const listeners = await openListeners(deskUrl, keys.tokens.slice(0, clients));
const window = await whileRouting(
  2,
  () => wait(SETTLE_SECONDS * 1000),
  async () => {
    listeners.measure();
    await wait(seconds * 1000);
    const { count, ...delayMs } = listeners.delays();
    return { clients, events: count, eventsPerSecond: round(count / seconds), delayMs };
  },
);
await wait(DELIVERY_MS);
const expected = await expectedEvents(store, pool.plan, from);
const missed = pool.plan.reps.slice(0, clients).filter(({ repId }, at) => {
  return listeners.events[at] !== (expected.get(repId) ?? 0);
});
const heard = { ...window, broken: listeners.broken(), clientsWithOtherEventsThanExpected: missed.length };
listeners.close();
console.log(JSON.stringify(heard, null, 2));

load.postMessage(0);
await Promise.all(children.map((child) => child.stop()));
await installation.remove();
await stack.stop();
rmSync(directory, { recursive: true });

const about = {
  measuredAt: new Date().toISOString(),
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString().trim(),
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, shared: "with all servers, the load and its clients" },
  node: process.version,
};
const write = (name: string, result: object): void =>
  writeFileSync(
    new URL(`../results/${name}`, import.meta.url),
    `${JSON.stringify({ ...about, ...result }, null, 2)}\n`,
  );
if (!values["no-results"]) {
  write("desk-reads.json", reads);
  write("sse-fan-out.json", heard);
}
const isMet = Object.keys(reads.failed).length === 0 && reads.latencyMs.p99 <= 20 && heard.delayMs.max <= 1_000;
if (!isMet || heard.broken + missed.length > 0) process.exitCode = 1;
