/**
 * Runs the tests once and ends with the line "N passed, N failed". Arguments go to vitest: names of files, `-t` and a
 * pattern, `--project unit` for those that need no server.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { report, type Tally } from "./tally.ts";

/** What we read of vitest's JSON report. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const VITEST = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

const directory = mkdtempSync(join(tmpdir(), "fairlead-test-"));
try {
  const reportFile = join(directory, "report.json");
  const exitCode = await runVitest(reportFile);
  report(count(reportFile, exitCode));
} finally {
  rmSync(directory, { recursive: true });
}

function runVitest(reportFile: string): Promise<number> {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const args = [VITEST, "run", ...reporters, ...process.argv.slice(2)];
  // kafkajs sets timers to times in the past; Node says so once for each process, and it tells us nothing.
  const NODE_OPTIONS = `${process.env["NODE_OPTIONS"] ?? ""} --disable-warning=TimeoutNegativeWarning`;
  const vitest = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, NODE_OPTIONS },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => vitest.kill(signal));
  return new Promise((resolve, reject) => {
    vitest.once("error", reject);
    vitest.once("close", (code) => resolve(code ?? 1));
  });
}

/**
 * vitest's own exit code has the last word: unhandled errors, a global setup that failed and an empty run are in no
 * count of tests, and must not pass.
 */
function count(reportFile: string, exitCode: number): Tally {
  const { passed, failed } = existsSync(reportFile) ? readReport(reportFile) : { passed: 0, failed: 0 };
  if (failed > 0 || (exitCode === 0 && passed > 0)) return { passed, failed };
  console.error(`vitest ended with exit code ${exitCode}: see above. Counted as one failure.`);
  return { passed, failed: 1 };
}

function readReport(reportFile: string): Tally {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(reportFile, "utf8")) as VitestReport;
  // A file that fails outside its tests, by an import for example, has no failed test.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
}
