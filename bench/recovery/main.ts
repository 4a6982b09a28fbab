/**
 * Redis wiped under a router with a million open leads: how long until a lead is routed again, stage by stage, from a
 * checkpoint and from the log alone, and whether Redis is the fold of the log afterwards. Starts servers of its own.
 * Run: `node bench/recovery/main.ts [open leads] [result file]`. Writes bench/results/recovery-1m.json; exits 1 on a violation.
 */
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { Client } from "pg";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { FAIRLEAD, startChild, type Child } from "../pipeline/child.ts";
import { createInstallation, type Installation } from "../pipeline/installation.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { describeMachine } from "../pipeline/report.ts";
import { startStack, type Stack } from "../pipeline/stack.ts";
import { fillLog } from "./fill-log.ts";
import { firstDecisionMs } from "./first-decision.ts";
import { createLeadMill } from "./lead-mill.ts";
import { stagesOf } from "./recovery-steps.ts";
import { roomyPlan } from "./roomy-plan.ts";

const OPEN_LEADS = Number(process.argv[2] ?? 1_000_000);
const OUT = process.argv[3] ?? new URL("../results/recovery-1m.json", import.meta.url).pathname;
const DAYS_MS = 30 * 86_400_000;
const TRICKLE_EVERY_MS = 50;
const NAME = "recovery-1m";

const pool = await createLeadPool(5000, "on-shift");
const plan = roomyPlan(pool.plan);
const mill = createLeadMill(pool.leads);
const stack = await startStack();
const children: Child[] = [];
let installation: Installation | undefined;
try {
  installation = await createInstallation(stack, { name: NAME, database: 0, partitions: 8, plan });
  const { settings } = installation;
  const start = async (service: string): Promise<Child> => {
    const child = startChild({ settings }, { script: FAIRLEAD, args: ["start", service] });
    children.push(child);
    await child.listening();
    return child;
  };
  await start("projector");
  const filled = await fill(installation);
  console.log(JSON.stringify(filled));
  const router = await start("router");
  const fromLog = await wipe(installation, router);
  const auditor = await start("auditor");
  const checkpoint = await checkpointOf(auditor);
  await auditor.stop();
  const fromCheckpoint = [];
  for (let round = 0; round < 3; round++) fromCheckpoint.push(await wipe(installation, router));
  const { verdicts, findings, ...verified } = await installation.verify();
  const result = {
    ...describeMachine(),
    setup: { openLeads: filled.openLeads, records: filled.records, partitions: 8, redis: "appendfsync everysec" },
    remark:
      "All times in ms after FLUSHALL, on a machine shared with other work. First lead: by the broker's time of its decision.",
    checkpoint,
    fromLog,
    fromCheckpoint,
    verified: { ...verified, verdicts, findings },
  };
  console.log(JSON.stringify(result, null, 2));
  writeFileSync(OUT, `${JSON.stringify(result, null, 2)}\n`);
  if (verified.violations > 0) process.exitCode = 1;
} finally {
  await Promise.all(children.map((child) => child.stop()));
  await installation?.remove();
  await stack.stop();
}

function fill({ backing }: Installation) {
  const toMs = Date.now();
  return fillLog(backing.log, {
    plan: compilePlan({ ...plan, version: 1 }),
    templates: pool.leads,
    openLeads: OPEN_LEADS,
    fromMs: toMs - DAYS_MS,
    toMs,
  });
}

/** Leads keep coming, as they would: some of them are in the router's hands when Redis is wiped. */
async function wipe(installation: Installation, router: Child) {
  const { decisions } = installation.backing.log;
  const marks = await Promise.all(
    Array.from({ length: decisions.partitionCount }, (_, partition) => decisions.endOffset(partition)),
  );
  const coming = new AbortController();
  const trickling = trickle(installation, coming.signal);
  await wait(500);
  const flushedMs = await flushAll(stack);
  const firstLeadMs = (await firstDecisionMs(decisions, { marks, afterMs: flushedMs })) - flushedMs;
  coming.abort();
  await trickling;
  // What the router says comes through a pipe.
  await wait(500);
  const stages = { ...stagesOf(router.output(), flushedMs), firstLeadMs };
  console.log(JSON.stringify(stages));
  return stages;
}

async function trickle(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const leads: LeadRequest[] = [mill.next(Date.now())];
    await installation.append(leads);
    await wait(TRICKLE_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns when the last key was gone, ms since epoch */
async function flushAll({ redis }: Stack): Promise<number> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  return Date.now();
}

/** Waits for the auditor's checkpoint and answers what it says about it. */
async function checkpointOf(auditor: Child): Promise<object> {
  for (;;) {
    const line = auditor
      .output()
      .split("\n")
      .find((text) => text.includes('"Checkpoint taken"'));
    if (line !== undefined) {
      const { leads, records, tookMs } = JSON.parse(line) as Record<string, number>;
      return { leads, records, tookMs, bytes: await checkpointBytes(stack) };
    }
    await wait(200);
  }
}

async function checkpointBytes({ postgres }: Stack): Promise<number> {
  const url = new URL(postgres.url);
  url.pathname = `/${NAME}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query<{ bytes: string }>("SELECT sum(length(chunk)) AS bytes FROM ledger_checkpoint");
  await client.end();
  return Number(rows[0]?.bytes);
}
