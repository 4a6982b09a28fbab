/**
 * What one lead costs a router, and everybody, while the topics grow from 1 to 64 partitions: the drain of bench/pipeline
 * with the same backlog. Writes bench/results/growth-partitions.json. Run: `node bench/growth/partitions.ts`.
 */
import { writeFileSync } from "node:fs";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { measureVariant, warmServers, type DrainSample } from "../pipeline/measure-drain.ts";
import { readOptions } from "../pipeline/options.ts";
import { describeMachine } from "../pipeline/report.ts";
import { spread } from "../pipeline/summary.ts";
import { startStack } from "../pipeline/stack.ts";

const SIZES = [1, 8, 64] as const;
const ROUNDS = 3;

const options = readOptions(["--warm-up=6000", "--leads=10000", ...process.argv.slice(2)]);
const pool = await createLeadPool(options.warmUpLeads + options.leads, options.plan);
const stack = await startStack();
try {
  await warmServers({ stack, pool, options: { ...options, leads: 5_000, passThroughLeads: 5_000 } });
  const samples = new Map(SIZES.map((size) => [size, [] as DrainSample[]]));
  let run = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const partitions of SIZES) {
      const sample = await measureVariant("fairlead", { stack, pool, options: { ...options, partitions }, run: ++run });
      samples.get(partitions)?.push(sample);
      console.log(partitions, Math.round(sample.leadsPerSecond), sample.cpuMicros);
    }
  }
  const sizes = Array.from(samples, ([partitions, own]) => ({
    partitions,
    leadsPerSecond: spread(own.map(({ leadsPerSecond }) => leadsPerSecond)),
    routerMicros: spread(own.map(({ cpuMicros }) => cpuMicros["router"] ?? 0)),
    allMicros: spread(own.map(wholeMicros)),
    foreignCores: spread(own.map(({ foreignCores }) => foreignCores)),
  }));
  const result = {
    bench: "growth/partitions",
    unit: "µs of CPU a lead",
    ...describeMachine(),
    setup: { rounds: ROUNDS, leads: options.leads, warmUpLeads: options.warmUpLeads },
    largestByBase: sizes.at(-1)!.allMicros.median / sizes[0]!.allMicros.median,
    sizes,
  };
  writeFileSync(new URL("../results/growth-partitions.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  console.table(
    sizes.map(({ partitions, routerMicros, allMicros }) => ({
      partitions,
      router: routerMicros.median,
      all: allMicros.median,
    })),
  );
} finally {
  await stack.stop();
}

function wholeMicros({ cpuMicros }: DrainSample): number {
  return Object.entries(cpuMicros).reduce((sum, [name, micros]) => (name === "bench" ? sum : sum + micros), 0);
}
