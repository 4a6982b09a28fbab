/** The runs per property for which the counts of CI are meant; other suites understand the same variable. */
const NORMAL_RUNS = 500;
const asked = Number(process.env["FAIRLEAD_TEST_RUNS"] ?? NORMAL_RUNS);

/** How much more than in CI is to be run: FAIRLEAD_TEST_RUNS=50000 runs a hundred times as many seeds. */
export const SCALE = Math.max(1, asked / NORMAL_RUNS);

/** Replays one seed and nothing else, as the message of a failure says. */
export const ONLY_SEED = process.env["FAIRLEAD_SEED"] === undefined ? null : Number(process.env["FAIRLEAD_SEED"]);

export const scaled = (count: number): number => Math.round(count * SCALE);

/** Seeds 1…count, or the one asked for; in CI as many of them as fit into the time. */
export function* seeds(count: number, withinMs = Infinity): Generator<number> {
  if (ONLY_SEED !== null) return yield ONLY_SEED;
  const endMs = performance.now() + withinMs * SCALE;
  for (let seed = 1; seed <= scaled(count) && performance.now() < endMs; seed += 1) yield seed;
}

/** Vitest's limit for a test that takes `ciMs` in CI on a loaded machine. */
export const timeoutMs = (ciMs: number): number => Math.round(ciMs * SCALE * 4);
