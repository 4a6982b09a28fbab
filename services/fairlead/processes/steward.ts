import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";
import { startStewarding } from "./start-stewarding.ts";

/** What happens because time passes or capacity is freed. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("steward", { config, logger }, startStewarding);
}
