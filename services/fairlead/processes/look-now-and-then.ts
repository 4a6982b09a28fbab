import { setTimeout as sleep } from "node:timers/promises";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";

export interface Looking {
  /** What it looks for, in the log lines of the process that closes. */
  readonly name: string;
  readonly everyMs: number;
  /** Does not reject. The pause begins when it is done. */
  readonly look: () => Promise<void>;
}

/** Looks for something every so often, until the process closes. */
export function lookNowAndThen(lifecycle: Lifecycle, { name, everyMs, look }: Looking): void {
  const stopping = new AbortController();

  async function lookForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) await look();
    }
  }

  const looking = lookForever();
  lifecycle.onClose(name, async () => {
    stopping.abort();
    await looking;
  });
}
