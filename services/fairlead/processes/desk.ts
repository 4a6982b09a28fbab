import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { registerDesk } from "./open-http.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";
import { createRecovery } from "./start-routing.ts";

/** Reads, commands and the live stream. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("desk", { config, logger }, async (context, http) => {
    await registerDesk(http, context, { recoverLedger: createRecovery(context) });
  });
}
