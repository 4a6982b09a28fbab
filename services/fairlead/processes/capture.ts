import { Fault } from "../../core/domain/fault.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { registerCapture } from "./open-http.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

/** Leads in: the HTTP door. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("capture", { config, logger }, async (context, http) => {
    if (config.backing.mode === "distributed" && config.backing.contactKey === null) {
      throw new Fault(
        "CONFIG_INVALID",
        "FAIRLEAD_CONTACT_KEY is required by capture: without it contacts would be dropped",
      );
    }
    await registerCapture(http, context);
  });
}
