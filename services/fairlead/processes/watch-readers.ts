import type { ConsumableTopic, Log } from "../../core/ports/log.ts";
import type { ProcessMetrics } from "./process-metrics.ts";

/** The log, with all groups that this process reads in shown by its metrics. */
export function watchReaders(log: Log, metrics: Pick<ProcessMetrics, "linkOf">): Log {
  return { ...log, leads: watchReadersOf(log.leads, metrics), decisions: watchReadersOf(log.decisions, metrics) };
}

export function watchReadersOf<T>(
  topic: ConsumableTopic<T>,
  { linkOf }: Pick<ProcessMetrics, "linkOf">,
): ConsumableTopic<T> {
  return {
    ...topic,
    consume: (options) => topic.consume({ ...options, link: linkOf({ group: options.group, topic: topic.name }) }),
  };
}
