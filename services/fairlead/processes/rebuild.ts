import { createRecoverLedger } from "../../core/protocol/recover-ledger.ts";
import { createLifecycle } from "../../core/runtime/lifecycle.ts";
import { createLogger } from "../../core/runtime/logger.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import type { Config } from "../config.ts";
import { openBacking } from "./open-backing.ts";

/**
 * `fairlead rebuild`: a recovery by hand, from the log alone, whatever ledger and checkpoints say of themselves. Routers
 * wait and go on by themselves.
 */
export async function runRebuild(config: Config): Promise<void> {
  if (config.backing.mode === "embedded") {
    throw new Fault("CONFIG_INVALID", "The embedded ledger is rebuilt from the log at every start");
  }
  const logger = createLogger(config.logLevel, "rebuild");
  const lifecycle = createLifecycle(logger);
  const clock = Date.now;
  try {
    const { log, ledger, planSource } = await openBacking({ config, name: "rebuild", clock, logger, lifecycle });
    const tenantIds = [...(await planSource.latestVersions()).keys()];
    const recoverLedger = createRecoverLedger({
      log,
      ledger: { ...ledger, readyEpoch: doubted(ledger), open: () => Promise.resolve("known") },
      checkpoints: null,
      tenantIds: () => tenantIds,
      clock,
      startedBy: `rebuild-${process.pid}`,
      wait: () => Promise.resolve(),
      patienceMs: 0,
      onProgress: (progress) => logger.info(progress, "Ledger recovery"),
    });
    await recoverLedger();
  } finally {
    await lifecycle.close();
  }
}

/** Never ready. Still asks, since a rebuild that could not end would stop the tenants of every server that is there. */
const doubted =
  ({ readyEpoch }: Ledger): Ledger["readyEpoch"] =>
  async (tenantIds) => {
    await readyEpoch(tenantIds);
    return null;
  };
