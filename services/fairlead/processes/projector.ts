import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { allocateYoung } from "./allocate-young.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";
import { startProjection } from "./start-projection.ts";

/** Decisions → PostgreSQL. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  allocateYoung();
  return startServiceProcess("projector", { config, logger }, async (context) => {
    await startProjection(context, () => undefined);
  });
}
