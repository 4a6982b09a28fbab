import { setTimeout as delay } from "node:timers/promises";

const INTERVAL_MS = 25;
/** Far beyond what anything takes, since the machine may be busy; below `FLOW_TIMEOUT_MS`, to say what was missing. */
const PATIENCE_MS = 45_000;
export const FLOW_TIMEOUT_MS = 60_000;

/** Asks until the answer is right. What does not come in time is told with the last answer. */
export async function until<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  { what = "the expected answer" }: { readonly what?: string } = {},
): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (performance.now() > deadlineMs) {
      throw new Error(`Waited ${PATIENCE_MS} ms for ${what}; the last answer was ${JSON.stringify(answer)}`);
    }
    await delay(INTERVAL_MS);
  }
}
