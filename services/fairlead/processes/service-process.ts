import { createLifecycle, type Lifecycle } from "../../core/runtime/lifecycle.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { type DistributedBackingOptions, openDistributedBacking } from "./distributed-backing.ts";
import { openHttp, type Http } from "./open-http.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { createServiceContext, type ServiceContext } from "./service-context.ts";

export interface ServiceProcess {
  readonly lifecycle: Lifecycle;
  readonly baseUrl: string;
}

export interface ServiceProcessOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly storeConnections?: DistributedBackingOptions["storeConnections"];
}

/**
 * What all single-service processes have in common: the servers, the plans, probes and metrics. `compose` adds what the
 * service is; the process listens when that is done.
 */
export async function startServiceProcess(
  name: string,
  { config, logger, storeConnections }: ServiceProcessOptions,
  compose: (context: ServiceContext, http: Http) => Promise<void>,
): Promise<ServiceProcess> {
  const clock = Date.now;
  const lifecycle = createLifecycle(logger);
  const metrics = createProcessMetrics(logger);
  const processName = `${name}-${process.pid}`;
  try {
    const onFault = (error: unknown): void => metrics.onFault(name, error);
    const backing = await openDistributedBacking({
      config,
      clientId: processName,
      clock,
      logger,
      lifecycle,
      onFault,
      storeConnections,
    });
    const context = await createServiceContext({ config, backing, clock, logger, metrics, lifecycle, processName });
    const http = await openHttp(context, [
      { name: "store", check: async () => void (await backing.store.position(0)) },
      { name: "log", check: async () => void (await backing.log.control.endOffset(0)) },
    ]);
    await compose(context, http);
    return { lifecycle, baseUrl: await http.listen() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}
