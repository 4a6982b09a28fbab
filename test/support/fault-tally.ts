import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** So many faults of a row of the fault matrix (test/chaos) were brought about, and nothing was broken by them. */
export interface FaultTally {
  readonly row: string;
  /** S: simulated; W: on the wire to a real server; R: on real servers and processes. */
  readonly level: "S" | "W" | "R";
  readonly count: number;
}

/** Set by vitest.config.ts: test files run in several processes, and the matrix is told when all of them are done. */
const directory = process.env["FAIRLEAD_TEST_TALLIES"];

export function tallyFaults(tally: FaultTally): void {
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  appendFileSync(join(directory, `${process.pid}.jsonl`), `${JSON.stringify(tally)}\n`);
}

/** All of this run, which are then forgotten. */
export function takeTallies(): readonly FaultTally[] {
  if (directory === undefined || !existsSync(directory)) return [];
  const lines = readdirSync(directory).flatMap((file) => readFileSync(join(directory, file), "utf8").split("\n"));
  rmSync(directory, { recursive: true });
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as FaultTally);
}
