/** Lets so many work at a time; the others wait in the order in which they came. */
export function createTurnstile(width: number) {
  const waiting: (() => void)[] = [];
  let inside = 0;

  return async function pass<T>(work: () => Promise<T>): Promise<T> {
    if (inside < width) inside += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
