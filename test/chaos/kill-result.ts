import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Verdict } from "./judge.ts";

/** Runs of `kill -9` of routers under load, newest last; `npm run test:chaos` adds one. */
const FILE = new URL("../../bench/results/chaos-kill-router.json", import.meta.url);

export interface KillRun {
  readonly seed: number;
  readonly kills: number;
  readonly tookMs: number;
  readonly verdict: Verdict;
}

export function recordKillRun({ seed, kills, tookMs, verdict }: KillRun): void {
  const { leads, records, atRestAfterMs, problems } = verdict;
  const count = (invariant: string): number =>
    problems.filter((problem) => new RegExp(`^${invariant}[_:]`, "u").test(problem)).length;
  const run = {
    at: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    seed,
    kills,
    tookSeconds: Math.round(tookMs / 1_000),
    leads,
    records,
    lost: count("I1"),
    double: count("I2"),
    overLimit: count("I3"),
    otherProblems: problems.filter((problem) => !/^I[123][_:]/u.test(problem)).length,
    atRestAfterSeconds: Math.round(atRestAfterMs / 100) / 10,
  };
  const runs: unknown[] = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as { runs: unknown[] }).runs : [];
  writeFileSync(FILE, `${JSON.stringify({ runs: [...runs, run] }, null, 2)}\n`);
}
