/**
 * Where the time of router and projector goes at full load: a backlog worked off under --cpu-prof, cut to the time behind
 * the warm-up and sorted by stage. Writes bench/results/pipeline-profile.json. Run: `node bench/pipeline/profile.ts`; options as main.ts.
 */
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { FAIRLEAD, startChild, type Child } from "./child.ts";
import { mainThreadMicros } from "./cpu-time.ts";
import { describeDecisions } from "./decision-shape.ts";
import { createInstallation, type Installation } from "./installation.ts";
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
const SERVICES = ["router", "projector"] as const;
type Service = (typeof SERVICES)[number];

function startProfiled(installation: Installation, service: Service): Child {
  const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${join(directory, service)}`, "--cpu-prof-interval=500"];
  return startChild(installation, {
    script: FAIRLEAD,
    args: ["start", service],
    nodeArgs: [...nodeArgs, ...options.nodeArgs],
  });
}

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

async function profileServices() {
  const { partitions } = options;
  const installation = await createInstallation(stack, {
    name: "bench-profile",
    database: 1,
    partitions,
    plan: pool.plan,
  });
  await installation.append(pool.leads.slice(0, to));
  const projector = startProfiled(installation, "projector");
  await projector.listening();
  await readStatements();
  const router = startProfiled(installation, "router");
  const mainThreads = (): readonly number[] => [router, projector].map(({ pid }) => mainThreadMicros(pid));
  try {
    await router.listening();
    const machine = { router: [router.pid], projector: [projector.pid], ...serverPids(stack) };
    await measureWindow(installation, machine, { from, to: from });
    const fromMicros = nowMicros();
    const before = mainThreads();
    const window = summarize(await measureWindow(installation, machine, { from, to }));
    const after = mainThreads();
    const toMicros = nowMicros();
    const statements = await readStatements();
    await judge(installation, { variant: "profile", leads: to });
    await Promise.all([router.stop(), projector.stop()]);
    const decisions = await describeDecisions(installation.backing);
    const profiles = SERVICES.map((service, at) =>
      readProfile(service, { fromMicros, toMicros, mainThread: (after[at]! - before[at]!) / window.leads }),
    );
    return { ...window, decisions, statements, profiles };
  } finally {
    await Promise.all([router.stop(), projector.stop()]);
    await installation.remove();
  }
}

interface ProfiledTime {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** µs of CPU a lead. */
  readonly mainThread: number;
}

/** The profiler samples by the clock on the wall, and a thread that waits for its core looks busy: so its shares, of the CPU. */
function readProfile(service: Service, { fromMicros, toMicros, mainThread }: ProfiledTime) {
  const [name] = readdirSync(join(directory, service));
  const file = join(directory, service, name!);
  const { stages, functions } = readStages(file, fromMicros, toMicros);
  const busy = [...stages].filter(([stage]) => stage !== "idle").sort(([, a], [, b]) => b - a);
  const sampled = busy.reduce((sum, [, micros]) => sum + micros, 0);
  const perLead = (micros: number): number => round((micros / sampled) * mainThread);
  console.log(`The profile of the ${service}, for DevTools: ${file}`);
  return {
    service,
    mainThreadMicrosPerLead: round(mainThread),
    idleShare: round((stages.get("idle") ?? 0) / (sampled + (stages.get("idle") ?? 0))),
    stages: busy.map(([stage, micros]) => ({ stage, microsPerLead: perLead(micros), share: round(micros / sampled) })),
    functions: functions.map((one) => ({ name: one.name, microsPerLead: perLead(one.micros) })),
  };
}

try {
  const measured = await profileServices();
  const result = {
    ...describeMachine(),
    setup: { ...options, out: undefined, ...describeLeads(pool) },
    ...measured,
  };
  writeFileSync(new URL("../results/pipeline-profile.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`${Math.round(measured.leadsPerSecond)} leads/s`);
  for (const { service, mainThreadMicrosPerLead, stages, functions } of measured.profiles) {
    console.log(`${service}: main thread ${mainThreadMicrosPerLead} µs a lead`);
    console.table(stages);
    console.table(functions);
  }
  console.table(measured.statements);
} finally {
  await stack.stop();
}
