/**
 * What a reservation costs in Redis: server CPU (INFO cpu) and client CPU per lead, in batches and one lead a call.
 * Starts a Redis of its own. Writes bench/results/reserve.json. Run: `node bench/micro/reserve.ts`.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { Redis } from "ioredis";
import { startRedis } from "../../deploy/local/redis.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import type { CandidateList, RepGrant, ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";

const TENANT = "bench";
const REPS = 600;
const LISTS = 60;
const CANDIDATES = 20;
const ROUNDS = 7;
const NOW_MS = Date.UTC(2026, 10, 23, 9);
const HOUR_MS = 3_600_000;

interface Variant {
  readonly name: string;
  readonly batchSize: number;
  readonly leadsPerRound: number;
  readonly hasListPerLead?: boolean;
  readonly hasWindows?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { name: "batch of 500, 60 shared lists", batchSize: 500, leadsPerRound: 20_000 },
  { name: "batch of 500, 60 shared lists, intake windows", batchSize: 500, leadsPerRound: 20_000, hasWindows: true },
  { name: "batch of 500, a list per lead", batchSize: 500, leadsPerRound: 20_000, hasListPerLead: true },
  { name: "batch of 100, 60 shared lists", batchSize: 100, leadsPerRound: 10_000 },
  { name: "one lead a call", batchSize: 1, leadsPerRound: 2000 },
];

/** mulberry32, so that every run reserves the same leads. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seededRandom(7);

function makeGrants(hasWindows: boolean): readonly RepGrant[] {
  const windows = hasWindows
    ? [
        { scope: "intake" as const, channel: null, lengthMs: HOUR_MS, limit: 1_000_000 },
        { scope: "intake" as const, channel: null, lengthMs: 24 * HOUR_MS, limit: 1_000_000 },
      ]
    : [];
  return Array.from({ length: REPS }, (_, index) => ({
    repId: `rep-${String(index).padStart(8, "0")}`,
    repIndex: index,
    privatePool: 1_000_000,
    loadMilli: 1e12,
    fairnessWeight: 1 + (index % 3),
    windows,
  }));
}

/** Teams of twenty that overlap by ten, so that reps are met through two lists. */
function makeList(grants: readonly RepGrant[], team: number): CandidateList {
  const members = Array.from({ length: CANDIDATES }, (_, index) => grants[(team * 10 + index) % REPS]!);
  members.sort((a, b) => (a.repId < b.repId ? -1 : 1));
  return {
    nodeId: `node-${team}`,
    candidates: members.map((grant) => ({ grant, fit: Math.floor(random() * 10_001) })),
    present: members,
    strategy: "fair_fit",
    fairnessBound: 2,
    filtered: [],
  };
}

let leadCount = 0;
/** Every batch comes a second after the last, so that windows fill as they do in life. */
let batchCount = 0;

function makeBatch(variant: Variant, grants: readonly RepGrant[], lists: readonly CandidateList[]): ReserveItem[] {
  return Array.from({ length: variant.batchSize }, () => {
    leadCount += 1;
    const team = Math.floor(random() * LISTS);
    return {
      leadId: `0192f3a4-5b6c-7d8e-9f00-${leadCount.toString(16).padStart(12, "0")}`,
      cycle: 1,
      identityKeys: [],
      loadMilli: 1000,
      channel: "web_form",
      via: "routed" as const,
      planVersion: 1,
      lists: [variant.hasListPerLead === true ? makeList(grants, team) : lists[team]!],
      otherwise: { kind: "parked" as const, reason: "no_capacity" as const },
      transferFromRepId: null,
    };
  });
}

interface Sample {
  readonly leadsPerSecond: number;
  readonly serverCpuMicros: number;
  readonly clientCpuMicros: number;
}

async function serverCpuSeconds(probe: Redis): Promise<number> {
  const info = await probe.info("cpu");
  const read = (name: string) => Number(new RegExp(`${name}:([0-9.]+)`, "u").exec(info)?.[1]);
  return read("used_cpu_user") + read("used_cpu_sys");
}

async function measure(variant: Variant, ledger: Ledger, probe: Redis): Promise<Sample> {
  const grants = makeGrants(variant.hasWindows === true);
  const lists = Array.from({ length: LISTS }, (_, team) => makeList(grants, team));
  const batches = Array.from({ length: variant.leadsPerRound / variant.batchSize }, () =>
    makeBatch(variant, grants, lists),
  );
  const serverBefore = await serverCpuSeconds(probe);
  const clientBefore = process.cpuUsage();
  const startMs = performance.now();
  let decided = 0;
  for (const items of batches) {
    batchCount += 1;
    const atMs = NOW_MS + batchCount * 1000;
    const reply = await ledger.reserve({ tenantId: TENANT, epoch: 1, atMs, items });
    if (reply.kind === "reserved") decided += reply.results.length;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const client = process.cpuUsage(clientBefore);
  const server = (await serverCpuSeconds(probe)) - serverBefore;
  if (decided !== variant.leadsPerRound) throw new Error(`${variant.name}: ${decided} leads were decided.`);
  return {
    leadsPerSecond: decided / seconds,
    serverCpuMicros: (server / decided) * 1e6,
    clientCpuMicros: (client.user + client.system) / decided,
  };
}

/** A yardstick for the machine's speed at the time: 0.5 µs with nothing else on it (Redis 7.0, 2.7 GHz Xeon). */
async function measureIncr(probe: Redis): Promise<number> {
  const before = await serverCpuSeconds(probe);
  const commands = 100_000;
  for (let sent = 0; sent < commands; sent += 1000) {
    const pipeline = probe.pipeline();
    for (let command = 0; command < 1000; command += 1) pipeline.incr("bench:incr");
    await pipeline.exec();
  }
  return (((await serverCpuSeconds(probe)) - before) / commands) * 1e6;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const round = (value: number): number => Number(value.toPrecision(4));

function summary(samples: readonly Sample[], pick: (sample: Sample) => number) {
  const values = samples.map(pick);
  return { median: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)) };
}

async function main(): Promise<void> {
  const server = await startRedis({ appendOnly: "off" });
  const probe = new Redis(server.url);
  const ledger = await openRedisLedger({ url: server.url, commandTimeoutMs: 30_000 });
  await ledger.seed(1, new Map([[TENANT, []]]));
  const samples = new Map(VARIANTS.map(({ name }) => [name, [] as Sample[]]));
  // Interleaved, since the speed of a shared machine moves more than the variants differ. The first round warms up.
  const incrs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    incrs.push(await measureIncr(probe));
    for (const variant of VARIANTS) {
      const sample = await measure(variant, ledger, probe);
      if (round > 0) samples.get(variant.name)!.push(sample);
    }
  }
  const results = VARIANTS.map(({ name }) => ({
    variant: name,
    leadsPerSecond: summary(samples.get(name)!, (sample) => sample.leadsPerSecond),
    serverCpuMicrosPerLead: summary(samples.get(name)!, (sample) => sample.serverCpuMicros),
    clientCpuMicrosPerLead: summary(samples.get(name)!, (sample) => sample.clientCpuMicros),
  }));
  const [cpu] = cpus();
  const report = {
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    machine: `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: { node: process.version, redis: /redis_version:(\S+)/u.exec(await probe.info("server"))?.[1] },
    setup: { reps: REPS, lists: LISTS, candidates: CANDIDATES, rounds: ROUNDS, appendOnly: "off", callsInFlight: 1 },
    yardstickServerCpuMicrosPerPipelinedIncr: round(median(incrs)),
    results,
  };
  writeFileSync(new URL("../results/reserve.json", import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`pipelined INCR: server ${report.yardstickServerCpuMicrosPerPipelinedIncr} µs`);
  for (const row of results) {
    const { variant, leadsPerSecond, serverCpuMicrosPerLead, clientCpuMicrosPerLead } = row;
    console.log(
      `${variant.padEnd(46)} ${Math.round(leadsPerSecond.median)} leads/s, server ${serverCpuMicrosPerLead.median} µs, client ${clientCpuMicrosPerLead.median} µs`,
    );
  }
  await ledger.close();
  probe.disconnect();
  await server.stop();
}

await main();
