import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { startApplyLog } from "../../core/protocol/apply-log.ts";
import { createCommitDecisions } from "../../core/protocol/commit-decisions.ts";
import { createRecoverLedger } from "../../core/protocol/recover-ledger.ts";
import { createBuryKiller } from "../../router/bury-killer.ts";
import { mayChangeLedger } from "../../core/wire/record-glance.ts";
import { createBuryPoison } from "../../router/bury-poison.ts";
import { createRouteLeads } from "../../router/route-leads.ts";
import { startRouter } from "../../router/start-router.ts";
import { createSuspectMode } from "../../router/suspect-mode.ts";
import type { ServiceContext } from "./service-context.ts";

/** Longer than a leader pauses that the group still takes for alive. */
const RECOVERY_PATIENCE_SESSIONS = 1.5;

/** Steps R1 to R5 when the ledger is in doubt; shared by whatever in this process notices it. */
export function createRecovery(context: ServiceContext): () => Promise<void> {
  const { config, backing, plans, clock, metrics, processName } = context;
  return createRecoverLedger({
    ledger: backing.ledger,
    log: backing.log,
    checkpoints: backing.checkpoints,
    tenantIds: plans.tenantIds,
    clock,
    startedBy: processName,
    wait: (ms) => wait(ms),
    patienceMs: config.backing.mode === "embedded" ? 0 : config.backing.kafkaSessionMs * RECOVERY_PATIENCE_SESSIONS,
    onProgress: metrics.onRecovery,
  });
}

/** The decision-making part of a process: the applier keeps the ledger up, the router decides. */
export async function startRouting(context: ServiceContext, recoverLedger: () => Promise<void>): Promise<void> {
  const { backing, plans, clock, metrics, lifecycle } = context;
  const { log, ledger } = backing;
  await recoverLedger();

  const applier = await startApplyLog({
    ledger,
    log,
    recoverLedger,
    mayChangeLedger,
    onFault: (error) => metrics.onFault("applier", error),
  });
  lifecycle.onClose("applier", () => applier.close());

  const events = metrics.router;
  const commitDecisions = createCommitDecisions({ ledger, log, partitionOf: context.decisionPartition });
  const buryPoison = createBuryPoison({ log, clock, events });
  const routeLeads = createRouteLeads({
    plans,
    refreshPlans: plans.refresh,
    commitDecisions,
    buryPoison,
    recoverLedger,
    nextTurn,
    clock,
    events,
  });
  const buryKiller = createBuryKiller({ plans, buryPoison, commitDecisions, recoverLedger, clock, events });
  const routeCarefully = createSuspectMode({ attempts: backing.attempts, routeLeads, recoverLedger, buryKiller });
  const router = await startRouter(log, routeCarefully, events);
  lifecycle.onClose("router", () => router.close());
}
