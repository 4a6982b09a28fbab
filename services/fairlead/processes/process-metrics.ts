import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RouterEvents } from "../../router/router-events.ts";
import type { ProjectorEvents } from "../../projector/projector-events.ts";
import type { RecoveryProgress } from "../../core/protocol/recover-ledger.ts";
import { describeError, type Logger } from "../../core/runtime/logger.ts";

/** Capture to decision, seconds. Fine where the objective lies: 50 ms at normal load, 500 ms at most. */
const DECISION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** The metrics of a process, and the events of its services turned into them. */
export function createProcessMetrics(logger: Logger) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const decisions = new Counter({
    name: "fairlead_lead_decisions_total",
    help: "Decisions by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const decisionSeconds = new Histogram({
    name: "fairlead_lead_decision_seconds",
    help: "From capture at the door to the decision committed, for leads that come for the first time.",
    buckets: DECISION_BUCKETS,
    registers,
  });
  const abandoned = new Counter({
    name: "fairlead_batch_abandoned_total",
    help: "Batches given up before commit and tried again.",
    labelNames: ["reason"],
    registers,
  });
  const deadLetters = new Counter({
    name: "fairlead_dead_letters_total",
    help: "Records that can never be routed, by code.",
    labelNames: ["code"],
    registers,
  });
  const faults = new Counter({
    name: "fairlead_faults_total",
    help: "Faults of dependencies, tried again.",
    labelNames: ["service", "code"],
    registers,
  });
  const projected = new Counter({
    name: "fairlead_projected_records_total",
    help: "Records folded into the store, by verdict. A conflict means that the commit protocol was broken.",
    labelNames: ["verdict"],
    registers,
  });
  const projectionLag = new Gauge({
    name: "fairlead_projection_lag_records",
    help: "Records of the decision log that the store has not seen.",
    labelNames: ["partition"],
    registers,
  });
  const epoch = new Gauge({ name: "fairlead_capacity_epoch", help: "Epoch of the ledger in use.", registers });
  const recoveries = new Counter({
    name: "fairlead_recoveries_total",
    help: "Rebuilds of the ledger, by result.",
    labelNames: ["result"],
    registers,
  });
  const rerouted = new Counter({
    name: "fairlead_waiting_leads_requested_total",
    help: "Waiting leads that were sent to the router again.",
    registers,
  });

  function onFault(service: string, error: unknown): void {
    faults.inc({ service, code: codeOf(error) });
    logger.warn({ err: describeError(error), service }, "Fault, trying again");
  }

  const router: RouterEvents = {
    onRouted(leads, results, decidedAtMs) {
      results.forEach((result, i) => {
        if (result.kind !== "decided") return;
        decisions.inc({ outcome: result.outcome.kind });
        const lead = leads[i];
        if (lead?.item.cycle !== 1 || result.replayed) return;
        decisionSeconds.observe((decidedAtMs - lead.facts.capturedAtMs) / 1000);
      });
    },
    onAbandoned: (reason) => abandoned.inc({ reason }),
    onBuried(code) {
      deadLetters.inc({ code });
      logger.warn({ code }, "Record moved to the dead-letter topic");
    },
    onFault: (error) => onFault("router", error),
  };

  const projector: ProjectorEvents = {
    onProjected({ counts }) {
      for (const [verdict, count] of Object.entries(counts)) if (count > 0) projected.inc({ verdict }, count);
      if (counts.conflict > 0) logger.error({ conflicts: counts.conflict }, "Conflicting decisions in the log");
    },
    onLag: ({ partition, behind }) => projectionLag.set({ partition: String(partition) }, behind),
    onFault: (error) => onFault("projector", error),
  };

  function onRecovery(progress: RecoveryProgress): void {
    logger.info(progress, "Ledger recovery");
    if (progress.step !== "activated" && progress.step !== "superseded") return;
    recoveries.inc({ result: progress.step });
    if (progress.step === "activated") epoch.set(progress.epoch);
  }

  return { registry, router, projector, onRecovery, onFault, onRequested: (leads: number) => rerouted.inc(leads) };
}

export type ProcessMetrics = ReturnType<typeof createProcessMetrics>;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "INTERNAL";
}
