import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tryTool } from "../../deploy/local/run-tool.ts";
import type { ServerAddresses } from "../../deploy/local/servers.ts";

export interface TestOutcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Of the run as a whole, for the person who has to find out what went wrong. */
  readonly output: string;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs one test file of a project in that project's directory, or the tests of it whose name contains `name`. */
export async function runTests(
  directory: string,
  { file, name }: { readonly file: string; readonly name?: string },
  servers: ServerAddresses,
): Promise<TestOutcome> {
  const report = join(directory, "mutation-report.json");
  rmSync(report, { force: true });
  const vitest = join(directory, "node_modules/vitest/vitest.mjs");
  const filter = name === undefined ? [] : ["-t", name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")];
  const args = [vitest, "run", file, ...filter, "--reporter=json", `--outputFile=${report}`];
  const env = {
    ...process.env,
    NO_COLOR: "1",
    FAIRLEAD_KAFKA_BROKERS: servers.kafkaBrokers.join(","),
    FAIRLEAD_REDIS_URL: servers.redisUrl,
    FAIRLEAD_POSTGRES_URL: servers.postgresUrl,
  };
  const { output } = await tryTool(process.execPath, args, { cwd: directory, env });
  const tests = readReport(report).testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (status: string) => tests.filter((test) => test.status === status).map(({ fullName }) => fullName);
  return { passed: named("passed"), failed: named("failed"), output };
}

/** Without a report, vitest itself did not get far: no test has run. */
function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  } catch {
    return { testResults: [] };
  }
}
