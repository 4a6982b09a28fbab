import { createLookBack } from "../../projector/look-back.ts";
import type { Projected } from "../../projector/projector-events.ts";
import { createProjector } from "../../projector/projector.ts";
import { lookNowAndThen } from "./look-now-and-then.ts";
import type { ServiceContext } from "./service-context.ts";

/** What a store lost by a failover is there again after two of these, even if no record comes. */
const LOOK_BACK_EVERY_MS = 10_000;

/** The projecting part of a process. `onProjected` is called after each transaction, for those who wait for it. */
export async function startProjection(context: ServiceContext, onProjected: () => void): Promise<void> {
  const { backing, clock, metrics, lifecycle } = context;
  const deps = {
    decisions: backing.log.decisions,
    projection: backing.store,
    clock,
    ...metrics.projector,
    onProjected(projected: Projected) {
      metrics.projector.onProjected?.(projected);
      onProjected();
    },
  };
  const reader = await createProjector(deps).start();
  lifecycle.onClose("projector", () => reader.close());
  const lookBack = createLookBack(deps);
  lookNowAndThen(lifecycle, {
    name: "lost transactions",
    everyMs: LOOK_BACK_EVERY_MS,
    look: () => lookBack().catch((error: unknown) => metrics.onFault("projector", error)),
  });
}
