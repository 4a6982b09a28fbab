import { createFinishHandOvers, type FinishDeps } from "../../desk/commands/finish-hand-overs.ts";
import { lookNowAndThen } from "./look-now-and-then.ts";
import type { ServiceContext } from "./service-context.ts";

const LOOK_EVERY_MS = 10_000;

/** Looks now and then for claims and transfers that a desk left unfinished, until the process closes. */
export function startFinishingHandOvers(
  { metrics, lifecycle, backing, plans, clock }: ServiceContext,
  commitDecisions: FinishDeps["commitDecisions"],
): void {
  const { store: reads, ledger } = backing;
  const finishHandOvers = createFinishHandOvers({ reads, ledger, plans, clock, commitDecisions });
  lookNowAndThen(lifecycle, {
    name: "unfinished hand-overs",
    everyMs: LOOK_EVERY_MS,
    look: () => finishHandOvers().then(metrics.onFinished, (error: unknown) => metrics.onFault("desk", error)),
  });
}
