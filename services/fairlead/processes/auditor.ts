import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { takeCheckpoint } from "../../core/protocol/take-checkpoint.ts";
import { startAuditing } from "./start-auditing.ts";
import { startCheckpointing } from "./start-checkpointing.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

/** Judges ledger and store by the log, again and again, and keeps the fold that a recovery begins with. */
export function start(config: Config, logger: Logger): Promise<ServiceProcess> {
  return startServiceProcess("auditor", { config, logger }, async (context) => {
    const { log, checkpoints } = context.backing;
    startCheckpointing(context, () => takeCheckpoint({ decisions: log.decisions, checkpoints }));
    await startAuditing(context);
  });
}
