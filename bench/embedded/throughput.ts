/**
 * Leads posted in bulk to one embedded process: how many a second are durable, and how many decided, while it projects
 * them too. Run: `node bench/embedded/throughput.ts [leads] [result file]`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createFilePlanSource } from "../../services/core/adapters/embedded/file-plan-source.ts";
import { loadGeography } from "../../services/fairlead/demo/geography.ts";
import { loadAreaCodes } from "../../services/fairlead/demo/lead-contact.ts";
import { createDemoLeads } from "../../services/fairlead/demo/lead-stream.ts";
import { planDirectory } from "../../services/fairlead/processes/data-directory.ts";
import { freePort } from "../../deploy/local/free-port.ts";
import { FAIRLEAD, startChild } from "../pipeline/child.ts";
import { sampleCpu } from "../pipeline/cpu-time.ts";
import { createLeadPool, TENANT } from "../pipeline/lead-pool.ts";
import { describeMachine } from "../pipeline/report.ts";
import { roomyPlan } from "../recovery/roomy-plan.ts";
import { residentMb } from "./resident-memory.ts";
import { decided } from "./start-time.ts";

const LEADS = Number(process.argv[2] ?? 100_000);
const OUT = process.argv[3] ?? new URL("../results/embedded-throughput.json", import.meta.url).pathname;
const WARM_UP = 20_000;
const UPLOAD = 5_000;
const UPLOADS_AT_ONCE = 3;
const BAR_PER_SECOND = 5_000;
const POLL_MS = 20;

const pool = await createLeadPool(1, "on-shift");
const plan = roomyPlan(pool.plan);
const uploads = await createUploads(Math.ceil((LEADS + WARM_UP) / UPLOAD));
const dataDir = await mkdtemp(join(tmpdir(), "fairlead-throughput-"));
await createFilePlanSource(planDirectory(dataDir)).publish(plan);
const port = await freePort();
const baseUrl = `http://127.0.0.1:${port}`;
const settings = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: String(port), FAIRLEAD_DEMO: "0" };
const nodeArgs = process.env["BENCH_NODE_ARGS"]?.split(" ") ?? [];
const child = startChild({ settings }, { script: FAIRLEAD, args: ["start"], nodeArgs });
try {
  await child.listening();
  await postAll(WARM_UP / UPLOAD);
  await untilDecided(WARM_UP);
  const before = sampleCpu({ fairlead: [child.pid] });
  const startedMs = performance.now();
  await postAll(LEADS / UPLOAD);
  const durableSeconds = (performance.now() - startedMs) / 1000;
  await untilDecided(WARM_UP + LEADS);
  const seconds = (performance.now() - startedMs) / 1000;
  const after = sampleCpu({ fairlead: [child.pid] });
  const projectionLag = await lag();
  const result = {
    ...describeMachine(),
    setup: { leads: LEADS, upload: UPLOAD, uploadsAtOnce: UPLOADS_AT_ONCE, reps: plan.reps.length },
    barPerSecond: BAR_PER_SECOND,
    durablePerSecond: Math.round(LEADS / durableSeconds),
    decidedPerSecond: Math.round(LEADS / seconds),
    cpuMicrosPerLead: Math.round((after.micros["fairlead"]! - before.micros["fairlead"]!) / LEADS),
    machineMicrosPerLead: Math.round((after.machineMicros - before.machineMicros) / LEADS),
    notProjectedAtTheEnd: projectionLag,
    residentMb: residentMb(child.pid),
  };
  console.log(JSON.stringify(result, null, 2));
  writeFileSync(OUT, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await child.stop();
  await rm(dataDir, { recursive: true });
}

/** NDJSON bodies of demo leads. */
async function createUploads(count: number): Promise<string[]> {
  const geography = await loadGeography();
  const stream = createDemoLeads({
    seed: 5,
    plan: pool.plan,
    startIndex: 0,
    places: geography.places,
    areaCodes: await loadAreaCodes(),
    clock: Date.now,
  });
  const body = (): string => Array.from({ length: UPLOAD }, () => `${JSON.stringify(stream.next().value)}\n`).join("");
  return Array.from({ length: count }, body);
}

async function postAll(count: number): Promise<void> {
  const own = uploads.splice(0, count);
  const post = async (): Promise<void> => {
    for (let body = own.shift(); body !== undefined; body = own.shift()) await upload(body);
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, post));
}

async function upload(body: string): Promise<void> {
  const headers = { "fairlead-tenant": TENANT, "content-type": "application/x-ndjson" };
  const response = await fetch(`${baseUrl}/v1/leads`, { method: "POST", headers, body });
  const accepted = (await response.text()).split('"status":"accepted"').length - 1;
  if (accepted !== UPLOAD) throw new Error(`${accepted} of ${UPLOAD} leads were accepted`);
}

async function untilDecided(count: number): Promise<void> {
  while ((await decided(baseUrl)) < count) await wait(POLL_MS);
}

async function lag(): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const lags = text.matchAll(/^fairlead_projection_lag_records\{.*\} (\d+)$/gmu);
  return Array.from(lags, ([, records]) => Number(records)).reduce((sum, records) => sum + records, 0);
}
