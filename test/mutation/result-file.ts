import { existsSync, readFileSync, writeFileSync } from "node:fs";

const RESULTS = new URL("../../bench/results/mutations.json", import.meta.url);

export interface MutationResult {
  readonly name: string;
  readonly files: readonly string[];
  /** File and name of the test that has to fail. */
  readonly caughtBy: { readonly file: string; readonly name: string };
  readonly isCaught: boolean;
  /** When and on what it was seen. */
  readonly at: string;
  readonly commit: string;
}

/** Puts results into bench/results/mutations.json, in the order of `names`; those of other mutations stay there. */
export function writeResults(fresh: readonly MutationResult[], names: readonly string[]): void {
  const known = new Map([...readResults(), ...fresh].map((result) => [result.name, result]));
  const results = names.flatMap((name) => known.get(name) ?? []);
  const caught = results.filter(({ isCaught }) => isCaught).length;
  writeFileSync(RESULTS, `${JSON.stringify({ mutations: names.length, caught, results }, null, 2)}\n`);
}

function readResults(): readonly MutationResult[] {
  if (!existsSync(RESULTS)) return [];
  return (JSON.parse(readFileSync(RESULTS, "utf8")) as { readonly results: readonly MutationResult[] }).results;
}
