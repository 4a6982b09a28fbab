export interface GatherOptions<Part> {
  /** Resolves once all calls that arrive together have been made. */
  readonly nextTurn: () => Promise<void>;
  readonly weightOf: (part: Part) => number;
  /** What one run may take, unless a single part is heavier. */
  readonly maxWeight: number;
  /** Runs at a time. Calls that come while so many are under way wait, and go together. */
  readonly maxRuns: number;
}

/**
 * Runs calls that arrive together as one, and gives each the answer of the whole. If that fails, each runs by itself: the
 * failure may be due to one of them, and must not hold up the others.
 */
export function gatherCalls<Part, Answer>(
  run: (parts: readonly Part[]) => Promise<Answer>,
  { nextTurn, weightOf, maxWeight, maxRuns }: GatherOptions<Part>,
): (part: Part) => Promise<Answer> {
  let open: { readonly parts: Part[]; weight: number; readonly answer: Promise<Answer> } | undefined;

  let runs = 0;
  const waiting: (() => void)[] = [];

  async function runGroup(parts: readonly Part[]): Promise<Answer> {
    await nextTurn();
    if (runs >= maxRuns) await new Promise<void>((resolve) => waiting.push(resolve));
    else runs += 1;
    if (open?.parts === parts) open = undefined;
    try {
      return await run(parts);
    } finally {
      // The next one takes over the place, if there is one.
      const next = waiting.shift();
      if (next === undefined) runs -= 1;
      else next();
    }
  }

  function openGroup() {
    const parts: Part[] = [];
    return { parts, weight: 0, answer: runGroup(parts) };
  }

  return async function call(part) {
    const weight = weightOf(part);
    if (open === undefined || open.weight + weight > maxWeight) open = openGroup();
    const { parts, answer } = open;
    parts.push(part);
    open.weight += weight;
    try {
      return await answer;
    } catch (error) {
      if (parts.length === 1) throw error;
      return run([part]);
    }
  };
}
