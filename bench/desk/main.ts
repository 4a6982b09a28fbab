/**
 * The desk while leads are routed: reads at a fixed rate, then a thousand live streams, on a started distributed stack of
 * real servers. Results: bench/results/desk-reads.json and bench/results/sse-fan-out.json.
 *
 * node bench/desk/main.ts [--leads-per-second=2000] [--reads-per-second=500] [--clients=1000] [--seconds=20] [--no-results]
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { FAIRLEAD, startChild } from "../pipeline/child.ts";
import { sampleCpu } from "../pipeline/cpu-time.ts";
import { createInstallation, type Installation } from "../pipeline/installation.ts";
import { createLeadPool, TENANT, type LeadPool } from "../pipeline/lead-pool.ts";
import { serverPids, startStack } from "../pipeline/stack.ts";
import { round } from "../pipeline/summary.ts";
import { openStreams } from "./listeners.ts";
import { readOpenLoop, type Read } from "./open-loop.ts";

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
const SETTLE_SECONDS = 4;
/** An append to each partition a tick; more often, and the load would be the appends. */
const TICK_MS = 40;

/** Tokens of an admin and of reps, and the document that the desk reads. */
function createKeys(reps: LeadPool["plan"]["reps"]) {
  const keyOf = (principal: object) => {
    const token = `fl_${randomBytes(24).toString("base64url")}`;
    return {
      token,
      entry: { sha256: createHash("sha256").update(token).digest("hex"), tenantId: TENANT, ...principal },
    };
  };
  const admin = keyOf({ principalId: "admin", role: "admin" });
  const own = reps.map(({ repId, nodeIds }) =>
    keyOf({ principalId: repId, role: "rep", repId, nodeId: nodeIds[0] ?? null }),
  );
  return {
    admin: admin.token,
    tokens: own.map(({ token }) => token),
    document: JSON.stringify({ keys: [admin, ...own].map(({ entry }) => entry) }),
  };
}

/** Leads at a fixed rate, whatever happens to them. */
async function routePaced({ backing }: Installation, leads: LeadPool["leads"]): Promise<number> {
  const partitionOf = createPartitioner(PARTITIONS);
  const startMs = Date.now();
  const appends: Promise<number>[] = [];
  for (let sent = 0; sent < leads.length;) {
    const due = Math.min(leads.length, Math.floor(((Date.now() - startMs) * leadsPerSecond) / 1000));
    const capturedAtMs = Date.now();
    const fresh = leads.slice(sent, due).map((lead) => ({ ...lead, facts: { ...lead.facts, capturedAtMs } }));
    for (const [partition, own] of Map.groupBy(fresh, ({ facts }) => partitionOf(TENANT, facts.leadId))) {
      appends.push(backing.log.leads.append(partition, own));
    }
    sent = due;
    await wait(TICK_MS);
  }
  await Promise.all(appends);
  return (leads.length * 1000) / (Date.now() - startMs);
}

/** What people and CRMs ask for: mostly their own list, and single leads. */
function createReads({ plan, leads }: LeadPool, { admin, tokens }: ReturnType<typeof createKeys>): () => Read {
  const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!;
  const known = leads.slice(0, PRELOAD);
  const teams = [...new Set(plan.reps.flatMap(({ nodeIds }) => nodeIds))];
  const ofLead = (name: string, tail: string) => (): Read => ({
    name,
    path: `/v1/leads/${any(known).facts.leadId}${tail}`,
    token: admin,
  });
  const ofOwn = (): Read => {
    const rep = Math.floor(Math.random() * plan.reps.length);
    return {
      name: "private pool",
      path: `/v1/reps/${plan.reps[rep]!.repId}/private-pool?limit=20`,
      token: tokens[rep]!,
    };
  };
  const reads = [
    ...Array.from({ length: 8 }, () => ofOwn),
    ...Array.from({ length: 5 }, () => ofLead("lead", "")),
    ...Array.from({ length: 2 }, () => ofLead("history", "/history")),
    ofLead("explanation", "/explanation"),
    ...Array.from({ length: 2 }, () => (): Read => {
      return { name: "team load", path: `/v1/org/${any(teams)}/load?limit=20`, token: admin };
    }),
    ...Array.from({ length: 2 }, () => (): Read => {
      return { name: "pool", path: `/v1/pools/${any(plan.pools).poolId}/leads?limit=20`, token: admin };
    }),
  ];
  return () => any(reads)();
}

async function untilProjected(installation: Installation, count: number): Promise<void> {
  while ((await installation.projected()) < count) await wait(100);
}

const perPhase = leadsPerSecond * (seconds + SETTLE_SECONDS);
const pool = await createLeadPool(PRELOAD + 2 * perPhase, "on-shift");
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
const [, , deskUrl] = await Promise.all(children.map((child) => child.listening()));
const machine = {
  ...serverPids(stack),
  ...Object.fromEntries(services.map((service, at) => [service, [children[at]!.pid]])),
};
await installation.append(pool.leads.slice(0, PRELOAD));
await untilProjected(installation, PRELOAD);

/** What `measured` answers, with the share of a core that each process used meanwhile. */
async function whileRouting<T>(phase: number, measured: () => Promise<T>) {
  const begin = PRELOAD + phase * perPhase;
  const routing = routePaced(installation, pool.leads.slice(begin, begin + perPhase));
  await wait(SETTLE_SECONDS * 1000);
  const before = sampleCpu(machine);
  const result = await measured();
  const after = sampleCpu(machine);
  const micros = (after.atMs - before.atMs) * 1000;
  const cores = Object.entries(after.micros).map(([name, used]) => [
    name,
    round((used - before.micros[name]!) / micros),
  ]);
  const routed = await routing;
  await untilProjected(installation, begin + perPhase);
  return { leadsPerSecond: round(routed), ...result, cores: Object.fromEntries(cores) };
}

const next = createReads(pool, keys);
const reads = await whileRouting(0, () => readOpenLoop(deskUrl!, { perSecond: readsPerSecond, seconds, next }));
console.log(JSON.stringify(reads, null, 2));

const streams = await openStreams(deskUrl!, keys.tokens.slice(0, clients));
const heard = await whileRouting(1, async () => {
  streams.reset();
  await wait(seconds * 1000);
  return streams.close();
});
console.log(JSON.stringify(heard, null, 2));

await Promise.all(children.map((child) => child.stop()));
await installation.remove();
await stack.stop();
rmSync(directory, { recursive: true });

const about = {
  measuredAt: new Date().toISOString(),
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
if (!isMet || heard.broken > 0) process.exitCode = 1;
