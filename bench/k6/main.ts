/**
 * Measures Fairlead through its doors with k6, against a stack that it starts or a given one. Writes
 * bench/results/k6-<mode>.json and .svg; exits 1 if a threshold was crossed. Run: `npm run bench:k6 -- --help`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "../pipeline/report.ts";
import { createBenchPlan, createLeadTexts, placesOf, type BenchPlan } from "./bench-plan.ts";
import { k6Binary } from "./k6-binary.ts";
import { readOptions, SCENARIOS, type Scenario } from "./options.ts";
import { plotResults } from "./plot.ts";
import { runScenario, type ScenarioResult } from "./run-scenario.ts";
import { measureStream } from "./measure-stream.ts";
import {
  settle,
  startDistributedStack,
  startEmbeddedStack,
  TENANT_HEADER,
  temporaryFile,
  type StartedStack,
} from "./started-stack.ts";
import { CHUNK_LEADS, POOL_CHANNEL, type Target } from "./target.ts";

const options = readOptions(process.argv.slice(2));
const binary = await k6Binary(console.error);
const plan = await createBenchPlan();
const texts = await createLeadTexts(plan);
const results: ScenarioResult[] = [];
for (const scenario of options.scenarios) {
  const result = await measure(scenario);
  results.push(result);
  print(result);
  keep(result);
}
if (results.some(({ passed }) => !passed)) process.exitCode = 1;

/** Replaces the scenario's result and leaves those of other runs. Written one by one: a crash of one spares the others. */
function keep(result: ScenarioResult): void {
  if (options.out === "") return;
  const { machine, versions, at, commit } = describeMachine();
  const file = join(options.out, `k6-${options.mode}.json`);
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { results: ScenarioResult[] }).results
    : [];
  const others = known.filter(({ scenario }) => scenario !== result.scenario);
  const kept = [...others, { ...result, at, commit, seconds: options.seconds }].sort(
    (a, b) => SCENARIOS.indexOf(a.scenario) - SCENARIOS.indexOf(b.scenario),
  );
  const report = { machine, versions, mode: options.mode, chunkLeads: CHUNK_LEADS, results: kept };
  mkdirSync(options.out, { recursive: true });
  writeFileSync(file, `${JSON.stringify(report)}\n`);
  writeFileSync(join(options.out, `k6-${options.mode}.svg`), plotResults({ ...report, commit }));
}

/** Every scenario has a stack of its own, so that none pays for the backlog and the rows of another. */
async function measure(scenario: Scenario): Promise<ScenarioResult> {
  if (options.mode === "given") return runScenario(binary, scenario, targetOf(scenario, options.urls));
  if (scenario === "stream")
    return measureStream({ binary, plan, start, target: (stack) => targetOf(scenario, stack) });
  const stack = await start(plan, scenario === "overload" ? { FAIRLEAD_BACKLOG_SECONDS: "5" } : {});
  await settle();
  const result = await runScenario(binary, scenario, targetOf(scenario, stack));
  await stack.stopAndVerify();
  return result;
}

function start(ownPlan: BenchPlan, settings: Readonly<Record<string, string>>): Promise<StartedStack> {
  const startStack = options.mode === "distributed" ? startDistributedStack : startEmbeddedStack;
  return startStack({ plan: ownPlan, settings });
}

function targetOf(
  scenario: Scenario,
  { capture, desk, metrics }: Pick<Target, "capture" | "desk" | "metrics">,
): Target {
  const { chunks, rate } = sizeOf(scenario);
  return {
    capture,
    desk,
    metrics,
    headers: options.mode === "given" ? options.headers : TENANT_HEADER,
    leadsFile: temporaryFile(`leads-${scenario}.txt`, texts(chunks, scenario === "claims" ? POOL_CHANNEL : undefined)),
    summaryFile: temporaryFile(`summary-${scenario}.json`, ""),
    seconds: options.seconds,
    rate,
    ...placesOf(plan),
  };
}

/** How many chunks of leads a scenario may use, and its rate. */
function sizeOf(scenario: Scenario): { readonly chunks: number; readonly rate: number } {
  const { seconds } = options;
  const chunksFor = (leadsPerSecond: number): number => Math.ceil((leadsPerSecond * seconds) / CHUNK_LEADS);
  switch (scenario) {
    case "single":
      return { chunks: chunksFor(8_000), rate: 0 };
    case "bulk":
      return { chunks: chunksFor(15_000), rate: 0 };
    case "routing":
      // The bar for one process. On a machine that the servers share there is none.
      return { chunks: chunksFor(15_000), rate: options.mode === "distributed" ? 1_000 : 5_000 };
    case "desk-reads":
      return { chunks: chunksFor(2_200) + 10, rate: 2_000 };
    case "claims":
      return { chunks: chunksFor(60), rate: 0 };
    case "stream":
      return { chunks: chunksFor(300), rate: 200 };
    case "overload": {
      const maximum = results.find((result) => result.scenario === "single")?.metrics["leads_accepted"]?.["rate"];
      const rate = Math.round(3 * (maximum ?? options.maximum));
      // Twice: the way up takes some, too.
      return { chunks: chunksFor(2 * rate), rate };
    }
  }
}

function print({ scenario, passed, thresholds, metrics }: ScenarioResult): void {
  console.log(`\n${scenario}: ${passed ? "passed" : "FAILED"}`);
  for (const [rule, ok] of Object.entries(thresholds)) {
    const values = Object.entries(metrics[rule.slice(0, rule.lastIndexOf(": "))] ?? {});
    const shown = values.map(([name, value]) => `${name} ${value}`).join(", ");
    console.log(`  ${ok ? "ok  " : "FAIL"} ${rule.padEnd(48)} ${shown}`);
  }
}
