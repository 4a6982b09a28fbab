import type { ConsumableTopic, Log } from "../../core/ports/log.ts";
import { endOffsets } from "../../core/protocol/ledger-fold.ts";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";
import type { ProcessMetrics } from "./process-metrics.ts";

const LOOK_EVERY_MS = 10_000;

type ReaderMetrics = Pick<ProcessMetrics, "linkOf" | "onBehind" | "onFault">;

interface Reader {
  readonly group: string;
  readonly topic: Pick<ConsumableTopic<unknown>, "name" | "partitionCount" | "endOffset" | "committedOffsets">;
}

/** The log, with all groups that this process reads in shown by its metrics. */
export function watchReaders(log: Log, metrics: ReaderMetrics, lifecycle: Lifecycle): Log {
  const { watched, look } = createReaderWatch(metrics);
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => (looking ??= look().finally(() => (looking = null))), LOOK_EVERY_MS);
  // A look is not waited for: without a broker it may take longer than a process has to stop.
  lifecycle.onClose("reader watch", () => clearInterval(timer));
  return { ...log, leads: watched(log.leads), decisions: watched(log.decisions) };
}

/** Shows how readers fare. What they are behind is taken from the log itself, since one that hears nothing knows of nothing. */
export function createReaderWatch(metrics: ReaderMetrics) {
  const readers: Reader[] = [];

  async function lookAt({ group, topic }: Reader): Promise<void> {
    const committed = await topic.committedOffsets(group);
    const ends = await endOffsets(topic);
    const behind = ends.map((end, partition) => end - (committed[partition] ?? 0));
    metrics.onBehind({ group, topic: topic.name }, behind);
  }

  return {
    watched<T>(topic: ConsumableTopic<T>): ConsumableTopic<T> {
      return {
        ...topic,
        consume(options) {
          const { group } = options;
          readers.push({ group, topic });
          return topic.consume({ ...options, link: metrics.linkOf({ group, topic: topic.name }) });
        },
      };
    },
    /** Does not reject. */
    async look(): Promise<void> {
      await Promise.all(readers.map(lookAt)).catch((error: unknown) => metrics.onFault("reader watch", error));
    },
  };
}
