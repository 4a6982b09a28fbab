import { createLifecycle, type Lifecycle } from "../../core/runtime/lifecycle.ts";
import { endOffsets } from "../../core/protocol/ledger-fold.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { openEmbeddedBacking } from "./embedded-backing.ts";
import { openHttp, registerCapture, registerDesk, registerPlanner } from "./open-http.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { createServiceContext, type ServiceContext } from "./service-context.ts";
import { startCheckpointing } from "./start-checkpointing.ts";
import { startProjection } from "./start-projection.ts";
import { createRecovery, startRouting } from "./start-routing.ts";
import { startStewarding } from "./start-stewarding.ts";
import { takeInProcess } from "./take-in-process.ts";
import { createWakeUp } from "./wake-up.ts";

export interface RunningProcess {
  readonly baseUrl: string;
  readonly context: ServiceContext;
  readonly lifecycle: Lifecycle;
}

/**
 * All services in one process on one data directory. Reaches no driver: everything it stands on is in this process.
 *
 * @param beforeListening what must be there before the first request is answered
 */
export async function startEmbedded(
  config: Config,
  logger: Logger,
  beforeListening: (context: ServiceContext) => Promise<void> = () => Promise.resolve(),
): Promise<RunningProcess> {
  const clock = Date.now;
  const lifecycle = createLifecycle(logger);
  const metrics = createProcessMetrics(logger);
  try {
    const backing = await openEmbeddedBacking({
      dataDir: config.dataDir,
      clock,
      lifecycle,
      onFault: (error) => metrics.onFault("log", error),
      onStoreDied: metrics.onStoreDied,
    });
    const processName = `embedded-${process.pid}`;
    const context = await createServiceContext({ config, backing, clock, logger, metrics, lifecycle, processName });

    const recoverLedger = createRecovery(context);
    await startRouting(context, recoverLedger);
    const projected = createWakeUp();
    await startProjection(context, projected.wake);
    await startStewarding(context);
    const { decisions } = backing.log;
    startCheckpointing(context, async (signal) =>
      takeInProcess({ dataDir: config.dataDir, ends: await endOffsets(decisions) }, signal),
    );

    const http = await openHttp(context, []);
    await registerCapture(http, context);
    await registerDesk(http, context, { recoverLedger, onProjected: projected.subscribe });
    await registerPlanner(http, context);
    await beforeListening(context);
    return { baseUrl: await http.listen(), context, lifecycle };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}
