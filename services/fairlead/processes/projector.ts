import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { collectSeldom } from "./collect-seldom.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";
import { startProjection } from "./start-projection.ts";

/**
 * Transactions at once. With one for each partition all come together, since all gathered for as long, and PostgreSQL holds the
 * processors while leads wait: on one machine of two cores three write as many records a second as eight (bench/README.md).
 */
const TRANSACTIONS_AT_ONCE = 3;

/** Decisions → PostgreSQL. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  collectSeldom();
  return startServiceProcess(
    "projector",
    { config, logger, storeConnections: TRANSACTIONS_AT_ONCE },
    async (context) => {
      await startProjection(context, () => undefined);
    },
  );
}
