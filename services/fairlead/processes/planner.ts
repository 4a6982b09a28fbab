import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { registerPlanner } from "./open-http.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

/** Publication of routing plans. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("planner", { config, logger }, async (context, http) => {
    await registerPlanner(http, context);
  });
}
