import { Gauge } from "prom-client";
import { setTimeout as wait } from "node:timers/promises";
import { verify } from "../../auditor/verify.ts";
import type { ServiceContext } from "./service-context.ts";

const AUDIT_EVERY_MS = 60_000;

/** Verifies once a minute. Under load a difference of the ledger may be a batch in flight, so one is only a warning. */
export function startAuditing({ backing, clock, logger, metrics, lifecycle }: ServiceContext): Promise<void> {
  const violations = new Gauge({
    name: "fairlead_invariant_violations",
    help: "Violations found by the last audit, by invariant. Page on I1 to I3.",
    labelNames: ["invariant"],
    registers: [metrics.registry],
  });
  const stopping = new AbortController();

  async function auditForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { log, store, ledger, planSource: plans } = backing;
        const report = await verify({ log, store, ledger, plans, clock, wait: (ms) => wait(ms) });
        violations.reset();
        for (const { invariant } of report.findings) violations.inc({ invariant });
        const { findings, ...counts } = report;
        if (findings.length > 0) logger.warn({ ...counts, findings }, "Audit found differences");
        else logger.info(counts, "Audit found no difference");
      } catch (error) {
        metrics.onFault("auditor", error);
      }
      await wait(AUDIT_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const auditing = auditForever();
  lifecycle.onClose("auditor", async () => {
    stopping.abort();
    await auditing;
  });
  return Promise.resolve();
}
