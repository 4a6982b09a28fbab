/**
 * The embedded file log while it grows from nothing to ten million records: what an append costs, and how long a start
 * takes, from a checkpoint and from the log alone. The projection is not in it: it has a file of its own.
 * Run: `node bench/growth/file-log.ts [most records] [result file]`; ten million take 8 GB in the folder for temporary files.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import type { Decision, LeadRecord } from "../../services/core/domain/decision/log-record.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { sampleCpu } from "../pipeline/cpu-time.ts";
import { describeMachine } from "../pipeline/report.ts";
import { fillLog } from "../recovery/fill-log.ts";
import { roomyPlan } from "../recovery/roomy-plan.ts";
import type { StartSample } from "./file-log-start.ts";
import { openFileLog, PARTITIONS } from "./file-log-topics.ts";
import { OPEN_LEADS, recordsAt } from "./lives.ts";

type FileLog = Awaited<ReturnType<typeof openFileLog>>;

const MOST_RECORDS = Number(process.argv[2] ?? 10_000_000);
const OUT = process.argv[3] ?? new URL("../results/growth-file-log.json", import.meta.url).pathname;
const SIZES = [0, 100_000, 1_000_000, 10_000_000].filter((size) => size <= MOST_RECORDS);
/** Of the measured appends: the next so many of the log's growth. */
const MEASURED_RECORDS = 40_000;
const APPEND_RECORDS = 500;
const TEMPLATES = 2_000;

const folder = await mkdtemp(join(tmpdir(), "fairlead-growth-"));
try {
  const templates = await createTemplates();
  const directory = join(folder, "log");
  const sizes = [];
  const grow = createGrowth(templates);
  let size = 0;
  for (const wanted of SIZES) {
    let log = await openFileLog(directory);
    size += await grow(log, wanted - size);
    await log.close();
    const fromLog = start(directory, "log");
    const checkpoint = start(directory, "take");
    const fromCheckpoint = start(directory, "checkpoint");
    const logMegabytes = megabytes(join(directory, log.decisions.name));
    log = await openFileLog(directory);
    const before = sampleCpu({});
    const measured = await grow(log, MEASURED_RECORDS);
    const appendCpuMicros = (sampleCpu({}).ownMicros - before.ownMicros) / measured;
    await log.close();
    sizes.push({ records: size, logMegabytes, fromLog, checkpoint, fromCheckpoint, appendCpuMicros });
    size += measured;
    console.log(JSON.stringify(sizes.at(-1)));
  }
  report(sizes);
} finally {
  await rm(folder, { recursive: true });
}

/** Decisions as the router writes them. */
async function createTemplates(): Promise<readonly Decision[]> {
  const pool = await createLeadPool(TEMPLATES, "on-shift");
  const log = await openFileLog(join(folder, "templates"));
  const plan = compilePlan({ ...roomyPlan(pool.plan), version: 1 });
  const nowMs = Date.now();
  await fillLog(log, { plan, templates: pool.leads, openLeads: TEMPLATES, fromMs: nowMs, toMs: nowMs });
  const decisions: Decision[] = [];
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for await (const entries of log.decisions.readRange(partition, 0, Infinity)) {
      for (const entry of entries) {
        if (entry.kind !== "value" || entry.value.type !== "decision") continue;
        if (entry.value.cycle === 1 && entry.value.outcome.kind === "assigned") decisions.push(entry.value);
      }
    }
  }
  await log.close();
  return decisions;
}

/** @returns what lets a log grow by at least so many records, and tells by how many */
function createGrowth(templates: readonly Decision[]) {
  const partitionOf = createPartitioner(PARTITIONS);
  let leads = 0;
  return async function grow(log: FileLog, records: number): Promise<number> {
    let appended = 0;
    while (appended < records) {
      const batch: LeadRecord[] = [];
      while (batch.length < APPEND_RECORDS * PARTITIONS) batch.push(...recordsAt(leads++, templates));
      const byPartition = Map.groupBy(batch, ({ tenantId, leadId }) => partitionOf(tenantId, leadId));
      await Promise.all(Array.from(byPartition, ([partition, own]) => log.decisions.append(partition, own)));
      appended += batch.length;
    }
    return appended;
  };
}

/** In a process of its own, as empty as one that starts. */
function start(directory: string, from: "log" | "checkpoint" | "take"): StartSample {
  const script = new URL("./file-log-start.ts", import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, [script, directory, from], { encoding: "utf8" })) as StartSample;
}

function megabytes(directory: string): number {
  const text = execFileSync("du", ["-sm", directory], { encoding: "utf8" });
  return Number(text.split("\t")[0]);
}

function report(sizes: readonly object[]): void {
  const setup = { openLeads: OPEN_LEADS, partitions: PARTITIONS, appendRecords: APPEND_RECORDS };
  const result = { bench: "growth/file-log", ...describeMachine(), setup, sizes };
  writeFileSync(OUT, `${JSON.stringify(result, null, 2)}\n`);
}
