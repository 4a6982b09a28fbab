/**
 * What one lead costs while an installation grows: territories, reps, the size of a team, leads that are held already.
 * Measures the parts that could notice: match (place, lists) and reserve (Redis), in batches of 500, CPU only.
 * Writes bench/results/growth-<subject>.json. Run: `node bench/growth/main.ts [territories reps team held]`.
 */
import { writeFileSync } from "node:fs";
import { Redis } from "ioredis";
import { startRedis, type RedisServer } from "../../deploy/local/redis.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import { describeMachine } from "../pipeline/report.ts";
import { spread } from "../pipeline/summary.ts";
import { grownLeads, grownPlan, TENANT, type PlanSize } from "./grown-plan.ts";
import { heldRows } from "./held-rows.ts";
import { createLeadCost, type LeadCost } from "./lead-cost.ts";

const ROUNDS = 7;
const LEADS = 10_000;
const BASE: PlanSize = { territories: 1_000, reps: 1_000, teamSize: 20 };

interface Subject {
  readonly sizes: readonly number[];
  /** The others are compared with this one. */
  readonly base: number;
  readonly planOf: (size: number) => PlanSize;
  /** Leads held before the measurement. */
  readonly heldOf?: (size: number) => number;
  /** Of a round; fewer where one lead costs milliseconds. */
  readonly leads?: number;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  territories: {
    sizes: [100, 1_000, 10_000, 100_000],
    base: 100,
    planOf: (territories) => ({ ...BASE, territories }),
  },
  // More reps are more teams of twenty.
  reps: { sizes: [100, 1_000, 10_000, 100_000], base: 1_000, planOf: (reps) => ({ ...BASE, reps }) },
  // One team that grows.
  team: {
    sizes: [20, 100, 1_000, 10_000],
    base: 20,
    planOf: (teamSize) => ({ territories: 100, reps: teamSize, teamSize }),
    leads: 1_000,
  },
  held: {
    sizes: [10_000, 100_000, 1_000_000, 10_000_000],
    base: 10_000,
    planOf: () => BASE,
    heldOf: (held) => held,
  },
};

const asked = process.argv.slice(2);
for (const [name, subject] of Object.entries(SUBJECTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const server = await startRedis({ appendOnly: "off" });
  try {
    const result = { bench: `growth/${name}`, ...describeMachine(), ...(await measureSubject(subject, server)) };
    writeFileSync(new URL(`../results/growth-${name}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await server.stop();
  }
}

/** All sizes are built first and measured in turn, since the machine's speed changes from minute to minute. */
async function measureSubject({ sizes, base, planOf, heldOf, leads = LEADS }: Subject, server: RedisServer) {
  const grown = [];
  for (const [index, size] of sizes.entries()) grown.push(await grow(size, index, { planOf, heldOf, server }));
  const costs = grown.map((): LeadCost[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, { cost, ledger, redis }] of grown.entries()) {
      const sample = await cost.measure(grownLeads(leads, 1 + round * sizes.length + index), ledger, redis);
      // The first round warms up.
      if (round > 0) costs[index]!.push(sample);
    }
  }
  for (const { ledger, redis } of grown) {
    await ledger.close();
    redis.disconnect();
  }
  const rows = grown.map(({ size, about }, index) => ({ size, ...about, ...summarize(costs[index]!) }));
  const largest = rows.at(-1)!.micros.all.median / rows.find(({ size }) => size === base)!.micros.all.median;
  console.table(
    rows.map(({ size, micros: { match, reserve, redis, all } }) => ({
      size,
      match: match.median,
      reserve: reserve.median,
      redis: redis.median,
      all: all.median,
    })),
  );
  console.log(`${sizes.at(-1)} costs ${largest.toFixed(2)} times ${base}`);
  return {
    unit: "µs of CPU a lead",
    rounds: ROUNDS,
    leadsPerRound: leads,
    largestByBase: Number(largest.toFixed(3)),
    sizes: rows,
  };
}

interface Growth {
  readonly planOf: Subject["planOf"];
  readonly heldOf: Subject["heldOf"] | undefined;
  readonly server: RedisServer;
}

async function grow(size: number, database: number, { planOf, heldOf, server }: Growth) {
  const plan = grownPlan(planOf(size));
  const cost = createLeadCost(plan);
  const url = `${server.url}/${database}`;
  const redis = new Redis(url);
  const ledger = await openRedisLedger({ url, commandTimeoutMs: 60_000 });
  const before = await usedBytes(redis);
  const startMs = performance.now();
  const held = heldOf?.(size) ?? 0;
  await ledger.seed(1, new Map([[TENANT, heldRows(plan.reps, held)]]));
  const seeded =
    held === 0
      ? {}
      : {
          seedSeconds: Math.round((performance.now() - startMs) / 100) / 10,
          redisMib: Math.round(((await usedBytes(redis)) - before) / 2 ** 20),
        };
  console.log(`${size}: compiled in ${cost.compileMs} ms`, seeded);
  return { size, cost, ledger, redis, about: { compileMs: cost.compileMs, ...seeded } };
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/u.exec(await redis.info("memory"))?.[1]);
}

function summarize(samples: readonly LeadCost[]) {
  const of = (read: (cost: LeadCost) => number) => spread(samples.map(read));
  return {
    micros: {
      match: of(({ match }) => match),
      reserve: of(({ reserve }) => reserve),
      redis: of(({ redis }) => redis),
      all: of(({ match, reserve, redis }) => match + reserve + redis),
    },
  };
}
