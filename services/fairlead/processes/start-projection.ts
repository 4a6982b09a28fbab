import { createProjector } from "../../projector/projector.ts";
import type { ServiceContext } from "./service-context.ts";

/** The projecting part of a process. `onProjected` is called after each transaction, for those who wait for it. */
export async function startProjection(context: ServiceContext, onProjected: () => void): Promise<void> {
  const { backing, clock, metrics, lifecycle } = context;
  const projector = createProjector({
    decisions: backing.log.decisions,
    projection: backing.store,
    clock,
    ...metrics.projector,
    onProjected(projected) {
      metrics.projector.onProjected?.(projected);
      onProjected();
    },
  });
  const reader = await projector.start();
  lifecycle.onClose("projector", () => reader.close());
}
