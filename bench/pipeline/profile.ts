/**
 * Where the router's time goes at full load: a backlog worked off under --cpu-prof, cut to the time behind the warm-up and
 * sorted by stage. Writes bench/results/pipeline-profile.json. Run: `node bench/pipeline/profile.ts`; options as main.ts.
 */
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { FAIRLEAD, startChild } from "./child.ts";
import { mainThreadMicros } from "./cpu-time.ts";
import { describeDecisions } from "./decision-shape.ts";
import { createInstallation } from "./installation.ts";
import { createLeadPool } from "./lead-pool.ts";
import { judge, measureWindow, summarize } from "./measure-drain.ts";
import { readOptions } from "./options.ts";
import { readStages } from "./profile-stages.ts";
import { describeLeads, describeMachine } from "./report.ts";
import { serverPids, startStack } from "./stack.ts";
import { round } from "./summary.ts";

const options = readOptions(process.argv.slice(2));
const { warmUpLeads: from } = options;
const to = from + options.leads;
const pool = await createLeadPool(to, options.plan);
const stack = await startStack({ shared_preload_libraries: "pg_stat_statements" });
const directory = mkdtempSync(join(tmpdir(), "fairlead-profile-"));
const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${directory}`, "--cpu-prof-interval=500", ...options.nodeArgs];

/** Where PostgreSQL's time went, of the whole run of the projector; wall clock, so it includes waiting for a core. */
async function readStatements(): Promise<readonly object[]> {
  const client = new Client({ connectionString: stack.postgres.url });
  await client.connect();
  await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT substring(regexp_replace(query, '^(--[^\n]*\n)+', ''), 1, 60) AS statement, calls::int, rows::int,
            round(total_exec_time)::int AS "totalMs", round(1000 * total_exec_time / greatest(rows, 1))::int AS "microsPerRow",
            round(wal_bytes / greatest(rows, 1))::int AS "walBytesPerRow"
     FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 8`,
  );
  await client.end();
  return rows;
}

const nowMicros = (): number => Number(process.hrtime.bigint() / 1000n);

async function profileRouter() {
  const { partitions } = options;
  const installation = await createInstallation(stack, {
    name: "bench-profile",
    database: 1,
    partitions,
    plan: pool.plan,
  });
  await installation.append(pool.leads.slice(0, to));
  const projector = startChild(installation, { script: FAIRLEAD, args: ["start", "projector"] });
  await projector.listening();
  await readStatements();
  const router = startChild(installation, { script: FAIRLEAD, args: ["start", "router"], nodeArgs });
  try {
    await router.listening();
    const machine = { router: [router.pid], projector: [projector.pid], ...serverPids(stack) };
    await measureWindow(installation, machine, { from, to: from });
    const fromMicros = nowMicros();
    const mainBefore = mainThreadMicros(router.pid);
    const window = summarize(await measureWindow(installation, machine, { from, to }));
    const mainThread = (mainThreadMicros(router.pid) - mainBefore) / window.leads;
    const toMicros = nowMicros();
    const statements = await readStatements();
    await judge(installation, { variant: "profile", leads: to });
    await router.stop();
    const decisions = await describeDecisions(installation.backing);
    return { ...window, decisions, statements, mainThread, fromMicros, toMicros };
  } finally {
    await Promise.all([router.stop(), projector.stop()]);
    await installation.remove();
  }
}

try {
  const { mainThread, fromMicros, toMicros, ...window } = await profileRouter();
  const [file] = readdirSync(directory).filter((name) => name.endsWith(".cpuprofile"));
  const { stages, functions } = readStages(join(directory, file!), fromMicros, toMicros);
  const busy = [...stages].filter(([stage]) => stage !== "idle").sort(([, a], [, b]) => b - a);
  const sampled = busy.reduce((sum, [, micros]) => sum + micros, 0);
  // The profiler samples by the clock on the wall; on a shared machine a thread that waits for its core looks busy.
  const perLead = (micros: number): number => round((micros / sampled) * mainThread);
  const table = busy.map(([stage, micros]) => ({
    stage,
    microsPerLead: perLead(micros),
    share: round(micros / sampled),
  }));
  const result = {
    ...describeMachine(),
    setup: { ...options, out: undefined, ...describeLeads(pool) },
    ...window,
    routerMainThreadMicrosPerLead: round(mainThread),
    idleShare: round((stages.get("idle") ?? 0) / (sampled + (stages.get("idle") ?? 0))),
    stages: table,
    functions: functions.map(({ name, micros }) => ({ name, microsPerLead: perLead(micros) })),
  };
  writeFileSync(new URL("../results/pipeline-profile.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`The profile, for DevTools: ${join(directory, file!)}`);
  console.log(`${Math.round(window.leadsPerSecond)} leads/s; main thread ${round(mainThread)} µs a lead`);
  console.table(table);
  console.table(result.functions);
  console.table(window.statements);
} finally {
  await stack.stop();
}
