import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { registerCapture } from "./open-http.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

/** Leads in: the HTTP door. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("capture", { config, logger }, async (context, http) => {
    await registerCapture(http, context);
  });
}
