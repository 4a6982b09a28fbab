import { collectDefaultMetrics, Registry } from "prom-client";
import type { LinkEvents } from "../../core/ports/log.ts";
import type { RecoveryProgress } from "../../core/protocol/recover-ledger.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { ProjectorEvents } from "../../projector/projector-events.ts";
import type { RouterEvents } from "../../router/router-events.ts";
import { defineMetrics, type Metrics } from "./define-metrics.ts";

/** A group's reader of a topic, as labels. */
type Reader = Readonly<Record<"group" | "topic", string>>;

/** The metrics of a process, and the events of its services turned into metrics and log lines. */
export function createProcessMetrics(logger: Logger) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = defineMetrics(registry);

  function onFault(service: string, error: unknown): void {
    metrics.faults.inc({ service, code: codeOf(error) });
    logger.warn({ err: error, service }, "Fault, trying again");
  }

  function onRecovery(progress: RecoveryProgress): void {
    if (progress.step === "checkpoint_unavailable") return onFault("recovery", progress.error);
    if (progress.step === "ready") metrics.epoch.set(progress.epoch);
    if (progress.step === "reading") metrics.recoveryRecordsLeft.set(progress.recordsLeft);
    const isLoud = progress.step !== "ready" && progress.step !== "reading";
    logger[isLoud ? "info" : "debug"](progress, "Ledger recovery");
    if (progress.step === "folding") metrics.recoveryRecordsLeft.set(progress.records);
    if (progress.step === "folded") metrics.recoveryRecordsLeft.set(0);
    if (progress.step !== "activated" && progress.step !== "superseded") return;
    metrics.recoveries.inc({ result: progress.step });
    metrics.recoverySeconds.set(progress.tookMs / 1000);
    if (progress.step === "activated") metrics.epoch.set(progress.epoch);
  }

  return {
    registry,
    captured: (status: string) => metrics.captured.inc({ status }),
    captureRefused: (reason: string) => metrics.captureRefused.inc({ reason }),
    router: routerEvents(metrics, logger, (error) => onFault("router", error)),
    projector: projectorEvents(metrics, logger, (error) => onFault("projector", error)),
    linkOf: (reader: Reader): LinkEvents => ({
      onAnswer: () => metrics.lastFetch.setToCurrentTime(reader),
      onUnasked: () => metrics.lastFetch.remove(reader),
    }),
    onBehind(reader: Reader, records: readonly number[]) {
      for (const [partition, behind] of records.entries()) {
        metrics.consumerLag.set({ ...reader, partition: String(partition) }, behind);
      }
    },
    onStoreDied(death: object) {
      metrics.pgliteDeaths.inc();
      logger.warn(death, "PGlite died, starting it again");
    },
    onRecovery,
    onFault,
    onFinished: (handOvers: number) => metrics.handOversFinished.inc(handOvers),
    onCheckpoint: (leads: number) => metrics.checkpointLeads.set(leads),
    streams: {
      onOpened: () => metrics.streams.inc(),
      onEnded(reason: string) {
        metrics.streams.dec();
        metrics.streamsEnded.inc({ reason });
      },
    },
    onRequested: (leads: number) => metrics.waitingRequested.inc(leads),
  };
}

export type ProcessMetrics = ReturnType<typeof createProcessMetrics>;

function routerEvents(metrics: Metrics, logger: Logger, onFault: (error: unknown) => void): RouterEvents {
  return {
    onRouted(leads, results, decidedAtMs) {
      const outcomes = new Map<string, number>();
      results.forEach((result, i) => {
        if (result.kind !== "decided") return;
        const { kind } = result.outcome;
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        const lead = leads[i];
        if (lead?.item.cycle !== 1 || result.replayed) return;
        metrics.decisionSeconds.observe((decidedAtMs - lead.facts.capturedAtMs) / 1000);
      });
      for (const [outcome, count] of outcomes) metrics.decisions.inc({ outcome }, count);
    },
    onAbandoned: (reason) => metrics.abandoned.inc({ reason }),
    onBuried(code) {
      metrics.deadLetters.inc({ code });
      logger.warn({ code }, "Record moved to the dead-letter topic");
    },
    onFault,
  };
}

function projectorEvents(metrics: Metrics, logger: Logger, onFault: (error: unknown) => void): ProjectorEvents {
  return {
    onProjected({ counts }) {
      for (const [verdict, count] of Object.entries(counts)) if (count > 0) metrics.projected.inc({ verdict }, count);
      if (counts.conflict > 0) logger.error({ conflicts: counts.conflict }, "Conflicting decisions in the log");
    },
    onLag: ({ partition, behind }) => metrics.projectionLag.set({ partition: String(partition) }, behind),
    onConflict: () => metrics.projectionConflicts.inc(),
    onFault,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "INTERNAL";
}
