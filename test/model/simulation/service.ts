import { mayChangeLedger } from "../../../services/core/wire/record-glance.ts";
import {
  createCommitDecisions,
  type CommitOutcome,
  type DecisionRequest,
} from "../../../services/core/protocol/commit-decisions.ts";
import { createRecoverLedger } from "../../../services/core/protocol/recover-ledger.ts";
import { startApplyLog } from "../../../services/core/protocol/apply-log.ts";
import { Fault } from "../../../services/core/domain/fault.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import type { Log } from "../../../services/core/ports/log.ts";
import type { CommandDeps } from "../../../services/desk/commands/command.ts";
import { createFinishHandOvers } from "../../../services/desk/commands/finish-hand-overs.ts";
import { createLookBack } from "../../../services/projector/look-back.ts";
import { createProjector } from "../../../services/projector/projector.ts";
import { createBuryPoison } from "../../../services/router/bury-poison.ts";
import { createRouteLeads } from "../../../services/router/route-leads.ts";
import { startRouter } from "../../../services/router/start-router.ts";
import { createRetryWaiting, type RetryWaiting } from "../../../services/steward/retry-waiting.ts";
import { ledgerPort, type LedgerPort } from "./ledger-port.ts";
import { withoutFenceRead, withoutLogFirst } from "./mutations.ts";
import { TENANT, partitionOf } from "./plans.ts";
import { readsPort } from "./reads-port.ts";
import { SimProcess } from "./scheduler.ts";
import { storePort } from "./store-port.ts";
import { Rebalanced, topicPort } from "./topic-port.ts";
import type { World } from "./world.ts";

/** A process of the product: router, applier, desk and steward over one connection each, as `fairlead start` makes it. */
export interface Service {
  readonly process: SimProcess;
  readonly ledger: LedgerPort;
  readonly recoverLedger: () => Promise<void>;
  readonly desk: CommandDeps;
  readonly retryWaiting: RetryWaiting;
  readonly finishHandOvers: () => Promise<number>;
  /** Brings again what the store has lost. */
  readonly lookBack: () => Promise<void>;
  /** The plan this process knows; another may know a newer one. */
  plan: CompiledPlan;
}

const PATIENCE_MS = 10_000;
const RECOVERY_PATIENCE_MS = 500;

export function startService(world: World, name: string): Service {
  const { scheduler, redis, judge, mutations } = world;
  const process = new SimProcess(name);
  const clock = (): number => world.clocks.read(process);
  const wait = (ms: number): Promise<void> => scheduler.sleep(process, ms);
  const ledger = ledgerPort(scheduler, process, redis);
  const log = logPort(world, process);
  const plans = {
    current: planOfTenant,
    tenantIds: () => (world.isTenantKnown ? [TENANT] : []),
    version: (_tenantId: string, planVersion: number) => Promise.resolve(world.planOf(planVersion)),
  };
  const recoverLedger = createRecoverLedger({
    ledger,
    log,
    checkpoints: null,
    tenantIds: plans.tenantIds,
    clock,
    startedBy: name,
    wait: (ms) => scheduler.sleep(process, ms),
    patienceMs: RECOVERY_PATIENCE_MS,
    onProgress: ({ step }) => world.count(`recovery ${step}`),
  });
  const ownCommits = createCommitDecisions({ ledger, log, partitionOf });
  const commitDecisions = (requests: readonly DecisionRequest[]): Promise<CommitOutcome> =>
    mutations.noFenceRead === true
      ? createCommitDecisions({ ...withoutFenceRead({ ledger, log }), partitionOf })(requests)
      : ownCommits(requests);
  const store = world.store === null ? null : storePort(scheduler, process, world.store);
  const reads = store ?? readsPort(world, process);
  const decisions = mutations.redisFirst === true ? withoutLogFirst({ ledger, log }) : log.decisions;
  const onFault = (error: unknown): void => noteFault(judge.violations, error);
  const onConflict = (): void => world.count("projection conflict");
  const projecting =
    store === null ? null : { decisions: log.decisions, projection: store, clock, onConflict, onFault };
  const service: Service = {
    process,
    ledger,
    recoverLedger: () => recoverLedger(),
    desk: { reads, decisions, commitDecisions, recoverLedger, plans, partitionOf, clock, wait },
    finishHandOvers: createFinishHandOvers({ reads, commitDecisions, plans, clock, ledger }),
    lookBack: projecting === null ? () => Promise.resolve() : createLookBack(projecting),
    retryWaiting: createRetryWaiting({
      scans: reads,
      leads: log.leads,
      partitionOf,
      plans,
      clock,
      patienceMs: PATIENCE_MS,
      probeEveryMs: PATIENCE_MS,
    }),
    plan: world.plan,
  };

  function planOfTenant(tenantId: string): CompiledPlan | null {
    return tenantId === TENANT ? service.plan : null;
  }

  async function run(): Promise<void> {
    if (projecting !== null) await createProjector(projecting).start();
    await untilDone(recoverLedger, wait);
    await startApplyLog({ ledger, log, recoverLedger, mayChangeLedger, onFault });
    const events = {
      onRouted: () => world.count("batch routed"),
      onAbandoned: (reason: string) => world.count(`batch abandoned: ${reason}`),
      onBuried: () => undefined,
      onFault,
    };
    const routeLeads = createRouteLeads({
      plans,
      refreshPlans: () => scheduler.call(process, "latest plan", () => void (service.plan = world.plan)),
      commitDecisions,
      buryPoison: createBuryPoison({ log, clock, events }),
      nextTurn: () => Promise.resolve(),
      recoverLedger,
      clock,
      events,
    });
    await startRouter(log, routeLeads, events);
  }

  void run();
  return service;
}

/** Nobody replays dead letters in a simulation. */
type SimulatedLog = Omit<Log, "leadCopies" | "audit">;

function logPort({ scheduler, leads, decisions, control, deadLetters }: World, process: SimProcess): SimulatedLog {
  return {
    leads: topicPort(scheduler, process, leads),
    decisions: topicPort(scheduler, process, decisions),
    control: topicPort(scheduler, process, control),
    deadLetters: topicPort(scheduler, process, deadLetters),
    close: () => Promise.resolve(),
  };
}

/** A process that can't recover its ledger at the start is started again. */
async function untilDone(work: () => Promise<void>, wait: (ms: number) => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch {
      await wait(1_000);
    }
  }
}

/** Faults of dependencies are expected, everything else is a defect. */
function noteFault(violations: string[], error: unknown): void {
  if (error instanceof Rebalanced || (error instanceof Fault && error.retriable)) return;
  violations.push(`unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
