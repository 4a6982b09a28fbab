/**
 * Runs every static check and ends with the line "N passed, N failed". Arguments choose checks by name:
 * `npm run lint -- oxlint tsc`.
 */
import { globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectGeneratedCode } from "./generated-code.ts";
import { runTool } from "./run-tool.ts";
import { report } from "./tally.ts";
import { findProgram } from "./tools.ts";

interface Check {
  readonly name: string;
  /** Rejects, with what to repair, if the check fails. */
  readonly run: () => Promise<unknown>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const REDIS_GLOBALS = ["redis", "cjson", "cmsgpack", "struct", "bit", "KEYS", "ARGV"];
const BOUNDARIES = ["services", "--config", ".dependency-cruiser.cjs"];
/** Below it, the boundary rules have looked at next to nothing, and their silence is worth nothing. */
const FEWEST_MODULES = 40;

const env = {
  ...process.env,
  NO_COLOR: "1",
  PATH: [join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
};
const tool = (command: string, ...args: string[]) => runTool(command, args, { cwd: ROOT, env });

const CHECKS: readonly Check[] = [
  { name: "oxfmt", run: () => tool("oxfmt", "--check") },
  {
    name: "oxlint",
    run: () => tool("oxlint", "--type-aware", "services", "test", "bench", "deploy/local", "vitest.config.ts"),
  },
  { name: "tsc", run: () => tool("tsc", "--noEmit") },
  { name: "luacheck", run: checkLua },
  { name: "boundaries", run: () => tool("depcruise", ...BOUNDARIES) },
  { name: "boundaries-floor", run: expectModules },
  { name: "buf-lint", run: () => tool("buf", "lint", "proto") },
  { name: "generated-code", run: () => expectGeneratedCode(ROOT, env) },
];

const chosen = process.argv.slice(2);
const checks = chosen.length === 0 ? CHECKS : CHECKS.filter(({ name }) => chosen.includes(name));
let passed = 0;
for (const check of checks) if (await passes(check)) passed += 1;
report({ passed, failed: checks.length - passed });

async function passes({ name, run }: Check): Promise<boolean> {
  const startedMs = Date.now();
  const problem = await run().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`${problem === undefined ? "ok  " : "FAIL"}  ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(problem.replaceAll(/^/gm, "      "));
  return problem === undefined;
}

async function checkLua(): Promise<void> {
  const files = globSync("services/**/*.lua", { cwd: ROOT });
  if (files.length === 0) throw new Error("There is no .lua file below services/.");
  if (findProgram("luacheck") === undefined) throw new Error('Not installed. Run "npm run servers:install".');
  await tool("luacheck", "--std", "lua51", "--no-color", "--read-globals", ...REDIS_GLOBALS, "--", ...files);
}

async function expectModules(): Promise<void> {
  const output = await tool("depcruise", ...BOUNDARIES, "--output-type", "json");
  const { summary } = JSON.parse(output) as { readonly summary: { readonly totalCruised: number } };
  if (summary.totalCruised < FEWEST_MODULES) {
    throw new Error(`The boundary rules saw ${summary.totalCruised} modules, expected at least ${FEWEST_MODULES}.`);
  }
}
