export interface GatherOptions<Part> {
  /** Resolves once all calls that arrive together have been made. */
  readonly nextTurn: () => Promise<void>;
  readonly weightOf: (part: Part) => number;
  /** What one run may take, unless a single part is heavier. */
  readonly maxWeight: number;
}

/**
 * Runs calls that arrive together as one, and gives each the answer of the whole. If that fails, each runs by itself: the
 * failure may be due to one of them, and must not hold up the others.
 */
export function gatherCalls<Part, Answer>(
  run: (parts: readonly Part[]) => Promise<Answer>,
  { nextTurn, weightOf, maxWeight }: GatherOptions<Part>,
): (part: Part) => Promise<Answer> {
  let open: { readonly parts: Part[]; weight: number; readonly answer: Promise<Answer> } | undefined;

  function openGroup() {
    const parts: Part[] = [];
    const answer = nextTurn().then(() => {
      if (open?.parts === parts) open = undefined;
      return run(parts);
    });
    return { parts, weight: 0, answer };
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
