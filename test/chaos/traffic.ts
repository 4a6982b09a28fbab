import { setTimeout as delay } from "node:timers/promises";

/** Clients that do one thing after the other for as long as they are let. */
export interface Traffic {
  resume(): void;
  /** Resolves when what every client was at is done. */
  pause(): Promise<void>;
}

export interface TrafficOptions {
  readonly clients: number;
  /** Between two steps of one client. */
  readonly paceMs: number;
}

/** Paused at first. `step` resolves when it has its answer, however often it has to ask. */
export function createTraffic({ clients, paceMs }: TrafficOptions, step: () => Promise<void>): Traffic {
  let running: Promise<unknown> = Promise.resolve();
  let stopping: AbortController | null = null;

  async function runClient({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      await step();
      await delay(paceMs);
    }
  }

  return {
    resume() {
      if (stopping !== null) return;
      const own = (stopping = new AbortController());
      running = Promise.all(Array.from({ length: clients }, () => runClient(own)));
    },
    async pause() {
      stopping?.abort();
      await running;
      stopping = null;
    },
  };
}

const ASK_AGAIN_MS = 50;

/** An answer that no fault excuses. */
export class WrongAnswer extends Error {}

/** Repeats what was not answered, as a client does that does not know whether it was heard. */
export async function untilAnswered<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (error instanceof WrongAnswer) throw error;
      return null;
    });
    if (answer !== null) return answer;
    await delay(ASK_AGAIN_MS);
  }
}
