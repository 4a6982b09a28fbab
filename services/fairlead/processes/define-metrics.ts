import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Capture to decision, seconds. Fine where the objective lies: 50 ms at normal load, 500 ms at most. */
const DECISION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Every metric of Fairlead's own, declared together. Labels are closed lists; an id is never one. */
export function defineMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `fairlead_${name}`, help, labelNames, registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `fairlead_${name}`, help, labelNames, registers });
  return {
    captured: counter("leads_captured_total", "Leads at the HTTP door, by outcome. Accepted ones are durable.", [
      "status",
    ]),
    captureRefused: counter("capture_refused_total", "Posts refused before they were read, by reason.", ["reason"]),
    decisions: counter("lead_decisions_total", "Decisions by outcome.", ["outcome"]),
    decisionSeconds: new Histogram({
      name: "fairlead_lead_decision_seconds",
      help: "From capture at the door to the decision committed, for leads that come for the first time.",
      buckets: DECISION_BUCKETS,
      registers,
    }),
    abandoned: counter("batch_abandoned_total", "Batches given up before commit and tried again.", ["reason"]),
    deadLetters: counter("dead_letters_total", "Records that can never be routed, by code.", ["code"]),
    faults: counter("faults_total", "Faults of dependencies, tried again.", ["service", "code"]),
    projected: counter(
      "projected_records_total",
      "Records folded into the store, by verdict. A conflict means that the commit protocol was broken.",
      ["verdict"],
    ),
    projectionLag: gauge("projection_lag_records", "Records of the log that the store has not seen.", ["partition"]),
    projectionConflicts: counter("projection_conflicts_total", "Transactions that found another projector ahead."),
    lastFetch: gauge(
      "consumer_last_fetch_timestamp_seconds",
      "When a broker last answered a fetch of this member of the group, with records or without; seconds since 1970.",
      ["group", "topic"],
    ),
    consumerLag: gauge(
      "consumer_lag_records",
      "Records that a group of this process, whichever member reads them, has not committed.",
      ["group", "topic", "partition"],
    ),
    pgliteDeaths: counter("pglite_deaths_total", "Times that PGlite's process died. It was started again each time."),
    epoch: gauge("capacity_epoch", "Epoch of the ledger in use."),
    recoveries: counter("recoveries_total", "Rebuilds of the ledger, by result.", ["result"]),
    handOversFinished: counter("hand_overs_finished_total", "Claims and transfers finished for a desk that stopped."),
    recoveryRecordsLeft: gauge(
      "recovery_records_left",
      "Records that a running rebuild of the ledger has yet to fold.",
    ),
    recoverySeconds: gauge("recovery_seconds", "How long the last rebuild of the ledger took."),
    checkpointLeads: gauge("checkpoint_leads", "Leads in the newest checkpoint that this process has taken."),
    streams: gauge("streams", "Live streams that are open."),
    streamsEnded: counter("streams_ended_total", "Live streams that ended, by reason.", ["reason"]),
    waitingRequested: counter("waiting_leads_requested_total", "Waiting leads that were sent to the router again."),
  };
}

export type Metrics = ReturnType<typeof defineMetrics>;
