import { setTimeout as sleep } from "node:timers/promises";
import { createFinishHandOvers, type FinishDeps } from "../../desk/commands/finish-hand-overs.ts";
import type { ServiceContext } from "./service-context.ts";

const LOOK_EVERY_MS = 10_000;

/** Looks now and then for claims and transfers that a desk left unfinished, until the process closes. */
export function startFinishingHandOvers(
  { metrics, lifecycle, backing, plans, clock }: ServiceContext,
  commitDecisions: FinishDeps["commitDecisions"],
): void {
  const stopping = new AbortController();
  const { store: reads, ledger } = backing;
  const finishHandOvers = createFinishHandOvers({ reads, ledger, plans, clock, commitDecisions });

  async function lookForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await finishHandOvers().then(metrics.onFinished, (error: unknown) => metrics.onFault("desk", error));
    }
  }

  const looking = lookForever();
  lifecycle.onClose("unfinished hand-overs", async () => {
    stopping.abort();
    await looking;
  });
}
