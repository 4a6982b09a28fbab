import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { basename, dirname } from "node:path";
import { kafkaJars } from "../../deploy/local/kafka-jars.ts";
import { findPostgres, findRedis } from "../../deploy/local/tools.ts";
import { createCodecs } from "../../services/fairlead/processes/backing.ts";
import { createAesContactVault } from "../../services/core/adapters/vault/aes-contact-vault.ts";
import { BENCH_KEY, type LeadPool, type StoredPool } from "./lead-pool.ts";
import type { DrainSample } from "./measure-drain.ts";
import type { LatencySample } from "./measure-latency.ts";
import type { Options, Variant } from "./options.ts";
import { type Quantiles, round, spread, type Spread } from "./summary.ts";

export type Round = ReadonlyMap<Variant, DrainSample>;

export function describeMachine() {
  const [cpu] = cpus();
  const packageVersion = (name: string): string =>
    (createRequire(import.meta.url)(`${dirname(resolvePackage(name))}/package.json`) as { version: string }).version;
  return {
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    machine: `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: {
      node: process.version,
      kafka: basename(kafkaJars()).replace("kafka-", ""),
      redis: /v=(\S+)/u.exec(execFileSync(findRedis(), ["--version"], { encoding: "utf8" }))?.[1],
      postgres: /[\d.]+/u.exec(execFileSync(`${findPostgres()}/postgres`, ["--version"], { encoding: "utf8" }))?.[0],
      kafkajs: packageVersion("kafkajs"),
      "@platformatic/kafka": packageVersion("@platformatic/kafka"),
    },
  };
}

function resolvePackage(name: string): string {
  return new URL(`../../node_modules/${name}/package.json`, import.meta.url).pathname;
}

export function describeLeads({ leads, plan }: LeadPool | StoredPool) {
  const codecs = createCodecs(createAesContactVault({ identityKey: BENCH_KEY, contactKey: BENCH_KEY }), Date.now);
  const bytes = leads.slice(0, 1000).reduce((sum, lead) => sum + codecs.leads.encode(lead).length, 0);
  return {
    leadBytes: Math.round(bytes / Math.min(1000, leads.length)),
    reps: plan.reps.length,
    territories: plan.territories.length,
  };
}

/** Medians over the rounds; ratios are taken within each round first. */
export function summarizeRounds(rounds: readonly Round[], variants: readonly Variant[]) {
  const byVariant = variants.map((variant) => {
    const samples = rounds.flatMap((round) => round.get(variant) ?? []);
    const names = [...new Set(samples.flatMap(({ cpuMicros }) => Object.keys(cpuMicros)))];
    return {
      variant,
      leadsPerSecond: spread(samples.map(({ leadsPerSecond }) => leadsPerSecond)),
      cpuMicrosPerLead: Object.fromEntries(
        names.map((name) => [name, spread(samples.map(({ cpuMicros }) => cpuMicros[name] ?? 0))]),
      ),
      wholeCpuMicrosPerLead: spread(samples.map(wholeCpu)),
      cpuBoundLeadsPerSecond: spread(samples.map((sample) => (cpus().length * 1e6) / wholeCpu(sample))),
      projectedShare: spread(samples.map(({ projectedShare }) => projectedShare)),
      foreignCores: spread(samples.map(({ foreignCores }) => foreignCores)),
    };
  });
  const ratios = variants
    .filter((variant) => variant !== "fairlead" && variants.includes("fairlead"))
    .map((over) => ({
      over,
      byLeadsPerSecond: spread(rounds.map((round) => ratio(round, over, ({ leadsPerSecond }) => leadsPerSecond))),
      byCpuOfAllProcesses: spread(rounds.map((round) => ratio(round, over, (sample) => 1 / wholeCpu(sample)))),
      byCpuOfRouter: spread(rounds.map((round) => ratio(round, over, ({ cpuMicros }) => 1 / cpuMicros["router"]!))),
    }));
  return { byVariant, ratios };
}

/** Of all that has to run for a lead, the projection included, whenever it came. Not of the bench itself. */
function wholeCpu({ cpuMicros }: DrainSample): number {
  return Object.entries(cpuMicros).reduce((sum, [name, micros]) => (name === "bench" ? sum : sum + micros), 0);
}

function ratio(round: Round, over: Variant, rate: (sample: DrainSample) => number): number {
  const [ours, other] = [round.get("fairlead"), round.get(over)];
  return ours === undefined || other === undefined ? Number.NaN : rate(ours) / rate(other);
}

/** Medians over the runs at a share of the maximum. */
export function summarizeLatencies(samples: readonly LatencySample[]) {
  const byShare = Map.groupBy(samples, ({ shareOfMaximum }) => shareOfMaximum);
  return Array.from(byShare, ([shareOfMaximum, own]) => ({
    shareOfMaximum,
    runs: own.length,
    leadsPerSecondSent: spread(own.map(({ leadsPerSecondSent }) => leadsPerSecondSent)),
    captureToDecisionMs: spreads(own.map(({ captureToDecisionMs }) => captureToDecisionMs)),
    leadToDecisionMs: spreads(own.map(({ leadToDecisionMs }) => leadToDecisionMs)),
  }));
}

const spreads = (runs: readonly Quantiles[]) => ({
  p50: spread(runs.map(({ p50 }) => p50)),
  p99: spread(runs.map(({ p99 }) => p99)),
  max: spread(runs.map(({ max }) => max)),
});

export type LatencySummary = ReturnType<typeof summarizeLatencies>;

export type Summary = ReturnType<typeof summarizeRounds>;

export function print({ byVariant, ratios }: Summary, latencies: LatencySummary, { rounds }: Options): void {
  console.log(`\nMedian (range) of ${rounds} rounds`);
  for (const { variant, leadsPerSecond, cpuMicrosPerLead, ...rest } of byVariant) {
    const cpu = Object.entries(cpuMicrosPerLead).map(([name, { median }]) => `${name} ${median.toFixed(1)}`);
    console.log(`${variant.padEnd(22)} ${whole(leadsPerSecond)} leads/s; CPU µs per lead: ${cpu.join(", ")}`);
    console.log(
      `${"".padEnd(22)} all processes ${rest.wholeCpuMicrosPerLead.median} µs, so at most ` +
        `${Math.round(rest.cpuBoundLeadsPerSecond.median)} leads/s on this machine alone; ` +
        `projected meanwhile ${rest.projectedShare.median}; cores used by others ${rest.foreignCores.median}`,
    );
  }
  for (const { over, byLeadsPerSecond, byCpuOfAllProcesses, byCpuOfRouter } of ratios) {
    console.log(
      `fairlead ÷ ${over}: leads/s ${range(byLeadsPerSecond)}; by CPU of all processes ${range(byCpuOfAllProcesses)}; ` +
        `by CPU of the router ${range(byCpuOfRouter)}`,
    );
  }
  for (const { shareOfMaximum, leadsPerSecondSent, captureToDecisionMs, leadToDecisionMs } of latencies) {
    console.log(
      `${shareOfMaximum * 100} % of the maximum (${leadsPerSecondSent.median} leads/s sent): capture → decision ` +
        `p50 ${range(captureToDecisionMs.p50)}, p99 ${range(captureToDecisionMs.p99)}, max ${range(captureToDecisionMs.max)} ms; ` +
        `lead in the topic → decision p50 ${range(leadToDecisionMs.p50)}, p99 ${range(leadToDecisionMs.p99)} ms`,
    );
  }
}

const range = ({ median, min, max }: Spread): string => `${median} (${min} to ${max})`;

const whole = ({ median, min, max }: Spread): string =>
  `${Math.round(median)} (${Math.round(min)} to ${Math.round(max)})`;

/** Numbers to four digits: what is behind them is noise. */
export function rounded(sample: DrainSample): object {
  const cpuMicros = Object.fromEntries(Object.entries(sample.cpuMicros).map(([name, value]) => [name, round(value)]));
  const { seconds, leadsPerSecond, projectedShare, foreignCores } = sample;
  return {
    ...sample,
    cpuMicros,
    seconds: round(seconds),
    leadsPerSecond: round(leadsPerSecond),
    projectedShare: round(projectedShare),
    foreignCores: round(foreignCores),
  };
}
