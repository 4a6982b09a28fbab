/**
 * From a lead in real Kafka to its decision in real Kafka, against passing records through and against one lead at a time,
 * interleaved. Starts servers of its own. Writes bench/results/pipeline.json; exits 1 if a round left a violation.
 * Run: `node bench/pipeline/main.ts --help`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { collectSeldom } from "../../services/fairlead/processes/collect-seldom.ts";
import { createLeadPool, storePool } from "./lead-pool.ts";
import { measureVariant, ViolationError, warmServers, type DrainSample } from "./measure-drain.ts";
import { measureLatency, type LatencySample } from "./measure-latency.ts";
import { readOptions, type Options, type Variant } from "./options.ts";
import {
  describeLeads,
  describeMachine,
  print,
  rounded,
  summarizeLatencies,
  summarizeRounds,
  type Round,
} from "./report.ts";
import { startStack } from "./stack.ts";

const SHARED =
  "The machine is shared: rounds are interleaved, ratios are taken within a round, and foreignCores says what others used.";

// Collections of the producer would take the processors from what it measures.
collectSeldom();
const options = readOptions(process.argv.slice(2));
const startedMs = performance.now();
const pool = storePool(await createLeadPool(poolSize(options), options.plan));
const stack = await startStack();
let runs = 0;
try {
  await warmServers({ stack, pool, options });
  const rounds: Round[] = [];
  for (let at = 0; at < options.rounds; at++) rounds.push(await playRound(at));
  const summary = summarizeRounds(rounds, options.variants);
  const maximum = summary.byVariant.find(({ variant }) => variant === "fairlead")?.leadsPerSecond.median ?? 0;
  const latencyRuns = await measureLatencies(options, maximum);
  const latencies = summarizeLatencies(latencyRuns);
  print(summary, latencies, options);
  const result = {
    ...describeMachine(),
    remark: SHARED,
    setup: { ...options, out: undefined, ...describeLeads(pool), redis: "appendfsync everysec", postgres: "fsync on" },
    tookSeconds: Math.round((performance.now() - startedMs) / 1000),
    violations: 0,
    ...summary,
    latencies,
    latencyRuns,
    rounds: rounds.map((round) => [...round.values()].map(rounded)),
  };
  if (options.out !== "") {
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, `${JSON.stringify(result, null, 2)}\n`);
  }
} catch (error) {
  if (!(error instanceof ViolationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await stack.stop();
}

function poolSize({ warmUpLeads, leads, passThroughLeads }: Options): number {
  return warmUpLeads + Math.max(leads, passThroughLeads);
}

/** Every round begins with another variant, so that none is always the one after a pause. */
async function playRound(at: number): Promise<Round> {
  const { variants } = options;
  const order = variants.map((_, index) => variants[(index + at) % variants.length]!);
  const samples = new Map<Variant, DrainSample>();
  for (const variant of order) {
    const sample = await measureVariant(variant, { stack, pool, options, run: ++runs });
    samples.set(variant, sample);
    const perLead = sample.cpuMicros["router"]?.toFixed(1);
    console.log(
      `round ${at + 1} ${variant.padEnd(22)} ${Math.round(sample.leadsPerSecond)} leads/s, router ${perLead} µs a lead, ` +
        `others ${sample.foreignCores.toFixed(2)} cores`,
    );
  }
  return samples;
}

/** As often as there are rounds, interleaved: the p99 of one run and that of the next differ by a factor of two. */
async function measureLatencies(
  { rounds, latencySeconds, latencyShares }: Options,
  maximum: number,
): Promise<LatencySample[]> {
  const latencies: LatencySample[] = [];
  if (latencySeconds === 0 || maximum === 0) return latencies;
  // The first of each share is not kept: the broker compiles what such requests need while they come.
  for (let at = 0; at <= rounds; at++) {
    for (const share of latencyShares) {
      const sample = await measureLatency({ stack, pool, options, run: ++runs }, share, maximum * share);
      if (at > 0) latencies.push(sample);
    }
  }
  return latencies;
}
