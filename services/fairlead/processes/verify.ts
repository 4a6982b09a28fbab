import { setTimeout as wait } from "node:timers/promises";
import { verify, type VerifyReport } from "../../auditor/verify.ts";
import { createLifecycle } from "../../core/runtime/lifecycle.ts";
import { createLogger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { openBacking } from "./open-backing.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { createServiceContext } from "./service-context.ts";
import { startProjection } from "./start-projection.ts";

/**
 * `fairlead verify`: prints the report and exits 1 on any violation. Embedded, the process must be stopped: the store is
 * brought up to the log first, and the ledger is the fold by construction.
 */
export async function runVerify(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel === "info" ? "warn" : config.logLevel, "verify");
  const lifecycle = createLifecycle(logger);
  const clock = Date.now;
  try {
    const backing = await openBacking({ config, name: "verify", clock, logger, lifecycle });
    const isEmbedded = config.backing.mode === "embedded";
    if (isEmbedded) {
      const metrics = createProcessMetrics(logger);
      const processName = `verify-${process.pid}`;
      const context = await createServiceContext({ config, backing, clock, logger, metrics, lifecycle, processName });
      await startProjection(context, () => undefined);
    }
    const { log, store, planSource: plans } = backing;
    const ledger = isEmbedded ? null : backing.ledger;
    const report = await verify({ log, store, plans, ledger, clock, wait: (ms) => wait(ms) });
    console.log(describe(report));
    process.exitCode = report.violations === 0 ? 0 : 1;
  } finally {
    await lifecycle.close();
  }
}

function describe({ records, leads, verdicts, pendingInputs, violations, findings }: VerifyReport): string {
  const lines = findings.map(
    ({ invariant, tenantId, subject, detail }) => `${invariant} ${tenantId} ${subject}: ${detail}`,
  );
  if (violations > findings.length) lines.push(`… and ${violations - findings.length} more`);
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    ...lines,
    `${records} records of ${leads} leads: ${counts.join(", ")}; ${pendingInputs} inputs pending`,
    violations === 0 ? "no violations" : `${violations} violations`,
  ].join("\n");
}
