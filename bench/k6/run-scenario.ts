import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { Scenario } from "./options.ts";
import { startSampling, type Sample } from "./sample-metrics.ts";
import { temporaryFile } from "./started-stack.ts";
import type { Target } from "./target.ts";

/** The part of k6's summary that results keep. */
interface Metric {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly passed: boolean;
  /** As `leads_failed: count==0`, with whether it held. */
  readonly thresholds: Readonly<Record<string, boolean>>;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly samples: readonly Sample[];
}

/** Of a k6 that found its thresholds crossed. */
const THRESHOLDS_CROSSED = 99;
/** Of Go: k6 collects its garbage at five times its live heap, and leaves a tenth of a core more to what it measures. */
const FEW_COLLECTIONS = { GOGC: "400" };

/** Runs one script to its end. Rejects if k6 itself fails; a crossed threshold is a result. */
export async function runScenario(binary: string, scenario: Scenario, target: Target): Promise<ScenarioResult> {
  const targetFile = temporaryFile(`k6-${scenario}.json`, JSON.stringify(target));
  const script = new URL(`./scripts/${scenario}.ts`, import.meta.url).pathname;
  const args = ["run", "--quiet", "--no-usage-report", "--address", "", "--env", `TARGET=${targetFile}`, script];
  const sampling = startSampling(target.metrics);
  const k6 = spawn(binary, args, {
    env: { ...process.env, ...FEW_COLLECTIONS },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  k6.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  await once(k6, "close");
  const samples = await sampling.stop();
  if ((k6.exitCode !== 0 && k6.exitCode !== THRESHOLDS_CROSSED) || !existsSync(target.summaryFile)) {
    throw new Error(`k6 failed in ${scenario} (exit ${k6.exitCode}):\n${complaints.slice(-4_000)}`);
  }
  const { metrics } = JSON.parse(readFileSync(target.summaryFile, "utf8")) as {
    readonly metrics: Readonly<Record<string, Metric>>;
  };
  return { scenario, samples, ...summarize(metrics) };
}

function summarize(metrics: Readonly<Record<string, Metric>>) {
  const thresholds = Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([rule, { ok }]): [string, boolean] => [`${name}: ${rule}`, ok]),
  );
  // Of k6's own metrics only the durations say something about us.
  const kept = Object.entries(metrics).filter(([name]) =>
    /^(leads|reads|claims|posts|refusals|accepted|resident|dropped|http_req_duration|http_reqs)/u.test(name),
  );
  return {
    passed: thresholds.every(([, ok]) => ok),
    thresholds: Object.fromEntries(thresholds),
    metrics: Object.fromEntries(kept.map(([name, { values }]) => [name, rounded(values)])),
  };
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(4))]));
}
