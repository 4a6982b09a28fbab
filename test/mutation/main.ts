/**
 * Proves that the tests notice when a guard is missing: takes each guard away in a copy of the project and requires that
 * the test named for it fails there, and that it passes in the copy as it is. Ends with "N passed, N failed".
 *
 * `npm run test:mutations` runs all, with arguments those whose name contains one; what it saw goes into
 * bench/results/mutations.json.
 */
import { fileURLToPath } from "node:url";
import { runTool } from "../../deploy/local/run-tool.ts";
import { startServers } from "../../deploy/local/servers.ts";
import { report } from "../../deploy/local/tally.ts";
import { MUTATIONS } from "./all-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { type MutationResult, writeResults } from "./result-file.ts";
import { runTests } from "./run-tests.ts";
import { copyProject } from "./scratch-copy.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const asked = process.argv.slice(2);
const chosen = MUTATIONS.filter(({ name }) => asked.length === 0 || asked.some((part) => name.includes(part)));
const servers = await startServers({ env: process.env, say: (line) => console.error(line) });
const copy = copyProject(ROOT);
const green = new Map<string, Promise<readonly string[]>>();
const commit = (await runTool("git", ["describe", "--always", "--dirty", "--exclude=*"], { cwd: ROOT })).trim();
const names = MUTATIONS.map(({ name }) => name);
const results: MutationResult[] = [];
let failed = 0;
try {
  for (const mutation of chosen) {
    const startedMs = Date.now();
    const problem = await judge(mutation).catch((error: unknown) => String(error));
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    if (problem !== null) failed += 1;
    const { name, changes, caughtBy } = mutation;
    console.log(
      `${problem === null ? "ok  " : "FAIL"}  ${name} (${seconds} s)${problem === null ? "" : `\n${problem}`}`,
    );
    const files = changes.map(({ file }) => file);
    results.push({ name, files, caughtBy, isCaught: problem === null, at: new Date().toISOString(), commit });
    // After each, so that a run that is broken off has shown what it has shown.
    writeResults(results, names);
  }
} finally {
  copy.remove();
  await servers.stop();
}
report({ passed: chosen.length - failed, failed });

/** Null if the named test passes without the mutation and fails with it; otherwise what to repair. */
async function judge(mutation: Mutation): Promise<string | null> {
  const { file, name } = mutation.caughtBy;
  const passing = await (green.get(file) ?? rememberGreen(file));
  if (!passing.some((test) => test.includes(name))) return `"${name}" of ${file} does not pass as it is.`;
  const restore = copy.mutate(mutation);
  try {
    const { failed: red, output } = await runTests(copy.directory, { file, name }, servers);
    if (red.some((test) => test.includes(name))) return null;
    return `"${name}" of ${file} did not fail.\n${output.slice(-2000)}`;
  } finally {
    restore();
  }
}

/** The tests of a file that pass in the unchanged copy. */
function rememberGreen(file: string): Promise<readonly string[]> {
  const passing = runTests(copy.directory, { file }, servers).then(({ passed }) => passed);
  green.set(file, passing);
  return passing;
}
