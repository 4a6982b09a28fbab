import { setTimeout as wait } from "node:timers/promises";
import { Gauge } from "prom-client";
import { Admission } from "../../capture/admission/admission.ts";
import { Backlog } from "../../capture/admission/backlog.ts";
import { watchLoopDelay } from "../../capture/admission/loop-delay.ts";
import { ROUTER_GROUP } from "../../core/ports/log.ts";
import type { ServiceContext } from "./service-context.ts";

const LOOK_EVERY_MS = 1_000;

/** Admission to the capture door by what this process, and if asked for the routers, can take. */
export function openAdmission(context: ServiceContext): Admission {
  const { config, metrics, lifecycle } = context;
  const loopDelay = watchLoopDelay();
  lifecycle.onClose("loop delay", () => loopDelay.stop());
  const { maxBacklogSeconds } = config;
  const backlogSeconds = maxBacklogSeconds === null ? () => 0 : watchBacklog(context);
  const admission = new Admission({
    limits: maxBacklogSeconds === null ? {} : { maxBacklogSeconds },
    pressure: { loopDelayMs: loopDelay.standingMs, backlogSeconds },
    onRefused: metrics.captureRefused,
  });
  gauge(context, "open_requests", "Single posts under way.", () => admission.openRequests);
  gauge(context, "loop_delay_seconds", "Standing delay of the event loop.", () => loopDelay.standingMs() / 1_000);
  if (maxBacklogSeconds !== null)
    gauge(context, "backlog_seconds", "Age of the oldest undecided lead.", backlogSeconds);
  return admission;
}

/** Looks once a second, and only where somebody set a bound: in Kafka it takes a connection. */
function watchBacklog({ backing, clock, metrics, lifecycle }: ServiceContext): () => number {
  const backlog = new Backlog({ leads: backing.log.leads, group: ROUTER_GROUP, clock });
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await backlog.look().catch((error: unknown) => metrics.onFault("capture", error));
      await wait(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  lifecycle.onClose("backlog", async () => {
    stopping.abort();
    await looking;
  });
  return () => backlog.seconds();
}

function gauge({ metrics }: ServiceContext, name: string, help: string, read: () => number): void {
  const collect = (): void => reading.set(read());
  const reading: Gauge = new Gauge({ name: `fairlead_capture_${name}`, help, registers: [], collect });
  metrics.registry.registerMetric(reading);
}
