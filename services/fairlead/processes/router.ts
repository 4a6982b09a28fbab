import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { collectSeldom } from "./collect-seldom.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";
import { createRecovery, startRouting } from "./start-routing.ts";

/** Leads topic → decisions, and releases → ledger. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  collectSeldom();
  return startServiceProcess("router", { config, logger }, async (context) => {
    await startRouting(context, createRecovery(context));
  });
}
