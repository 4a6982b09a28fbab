import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { startAuditing } from "./start-auditing.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

/** Judges ledger and store by the log, again and again. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("auditor", { config, logger }, startAuditing);
}
