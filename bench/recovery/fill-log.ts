import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import { buildDecision, explanationOf } from "../../services/core/domain/decision/build-decision.ts";
import type { Decision, LeadRecord } from "../../services/core/domain/decision/log-record.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { ledgerChange } from "../../services/core/domain/ledger/ledger-change.ts";
import type { LedgerChange, ReserveItem, ReserveResult } from "../../services/core/domain/ledger/reservation.ts";
import { matchLead } from "../../services/core/domain/matching/match-lead.ts";
import type { CompiledPlan } from "../../services/core/domain/plan/compiled-plan.ts";
import type { Log } from "../../services/core/ports/log.ts";
import { createCommitDecisions } from "../../services/core/protocol/commit-decisions.ts";
import { createRecoverLedger } from "../../services/core/protocol/recover-ledger.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { randomAt } from "../../services/fairlead/demo/seeded-random.ts";
import { createLeadMill } from "./lead-mill.ts";
import { endOf, type Ending } from "./lead-endings.ts";

export interface FillOptions {
  readonly plan: CompiledPlan;
  readonly templates: readonly LeadRequest[];
  /** Leads that are to be owned, in a pool or parked in the end. */
  readonly openLeads: number;
  /** The time that the log seems to have taken. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly onProgress?: (openLeads: number) => void;
}

export interface FillReport {
  readonly openLeads: number;
  readonly records: Readonly<Record<string, number>>;
}

const BATCH = 2000;
const SEED = 12;
const CLAIMED_SHARE = 0.5;

/**
 * Writes the log that routing, claims, releases, closures and follow-ups would have left: by the router's own matching, a
 * real ledger and the commit protocol. Only time is made up, so that weeks pass in a minute.
 */
export async function fillLog(log: Pick<Log, "decisions" | "control">, options: FillOptions): Promise<FillReport> {
  const { plan, templates, openLeads, fromMs, toMs, onProgress } = options;
  const { tenantId } = plan.plan;
  const ledger = createMemoryLedger();
  await recover();
  const partitionOf = createPartitioner(log.decisions.partitionCount);
  const commitDecisions = createCommitDecisions({ ledger, log, partitionOf });
  const mill = createLeadMill(templates);
  const random = randomAt(SEED, 0);
  const records: Record<string, number> = {};
  let open = 0;
  let again: LeadRequest[] = [];
  let claimable: Decision[] = [];

  while (open < openLeads) {
    const atMs = Math.round(fromMs + ((toMs - fromMs) * open) / openLeads);
    const fresh = Array.from({ length: BATCH - again.length }, () => mill.next(atMs));
    const decided = await route([...again, ...fresh], atMs);
    const claimed = await claim(claimable, atMs);
    open += decided.filter(({ cycle, outcome }) => cycle === 1 && isOpen(outcome.kind)).length;
    const endings = [...decided, ...claimed].flatMap((decision) => endOf(decision, { plan, random, atMs }) ?? []);
    await append(endings.flatMap(({ records: ended }) => ended));
    open -= endings.filter(({ isClosed }) => isClosed).length;
    again = endings.flatMap((ending) => rerouteOf(ending) ?? []).slice(0, BATCH / 2);
    claimable = endings.flatMap(({ decision, poolId }) =>
      poolId !== null && random.next() < CLAIMED_SHARE ? [decision] : [],
    );
    onProgress?.(open);
  }
  return { openLeads: open, records };

  async function recover(): Promise<void> {
    await createRecoverLedger({
      log,
      ledger,
      checkpoints: null,
      tenantIds: () => [tenantId],
      clock: () => fromMs,
      startedBy: "fill",
      wait: () => Promise.resolve(),
      patienceMs: 0,
    })();
  }

  async function route(requests: readonly LeadRequest[], atMs: number): Promise<readonly Decision[]> {
    const matched = requests.map((request) => matchLead(plan, request, atMs));
    const items = matched.map(({ item }) => item);
    return decide(items, atMs, (index, result, epoch) => buildDecision(matched[index]!, result, epoch));
  }

  /** By the rep who gave the lead up, since only the records matter here. */
  async function claim(released: readonly Decision[], atMs: number): Promise<readonly Decision[]> {
    const items = released.map((decision) => claimItem(decision, plan));
    return decide(items, atMs, (index, result, epoch) => {
      if (result.kind !== "decided") return null;
      const { outcome, charge } = result;
      const before = released[index]!;
      const explanation = explanationOf(result);
      return { ...before, cycle: before.cycle + 1, atMs, epoch, outcome, charge, via: "claimed", explanation };
    });
  }

  async function decide(
    items: readonly ReserveItem[],
    atMs: number,
    decideOne: (index: number, result: ReserveResult, epoch: number) => Decision | null,
  ): Promise<readonly Decision[]> {
    if (items.length === 0) return [];
    const decisions: Decision[] = [];
    const outcome = await commitDecisions([
      {
        tenantId,
        atMs,
        items,
        decide(results, epoch) {
          const records = results.map((result, index) => decideOne(index, result, epoch));
          decisions.push(...records.filter((record) => record !== null));
          return Promise.resolve(records);
        },
      },
    ]);
    if (outcome.kind !== "committed") throw new Error(`A batch was abandoned: ${outcome.reason}`);
    await applied(decisions);
    return decisions;
  }

  async function append(ended: readonly LeadRecord[]): Promise<void> {
    const byPartition = Map.groupBy(ended, ({ leadId }) => partitionOf(tenantId, leadId));
    await Promise.all(Array.from(byPartition, ([partition, own]) => log.decisions.append(partition, own)));
    await applied(ended);
  }

  /** As the applier would have it from the log. */
  async function applied(written: readonly LeadRecord[]): Promise<void> {
    for (const { type } of written) records[type] = (records[type] ?? 0) + 1;
    const changes = written.map(ledgerChange).filter((change): change is LedgerChange => change !== null);
    await ledger.apply(tenantId, changes, 1);
  }
}

const isOpen = (kind: Decision["outcome"]["kind"]): boolean =>
  kind === "assigned" || kind === "parked" || kind === "public";

function rerouteOf({ decision, isRerouted }: Ending): LeadRequest | null {
  if (!isRerouted) return null;
  return {
    facts: decision.facts,
    sealedContact: new Uint8Array(),
    cycle: decision.cycle + 1,
    rerouteReason: "released",
    excludedRepIds: [],
    rejectedReason: "",
  };
}

function claimItem({ leadId, cycle, outcome, facts, nodeId, charge }: Decision, plan: CompiledPlan): ReserveItem {
  const grant = outcome.kind === "assigned" ? plan.rep(outcome.repId)?.claimGrant : undefined;
  if (grant === undefined) throw new Error("Only what had an owner is released.");
  const list = { nodeId, candidates: [{ grant, fit: 10_000 }], present: [], filtered: [] };
  return {
    leadId,
    cycle: cycle + 1,
    identityKeys: [],
    loadMilli: charge.loadMilli,
    channel: facts.source.channel,
    via: "claimed",
    planVersion: plan.version,
    lists: [{ ...list, strategy: "best_fit", fairnessBound: 0 }],
    otherwise: { kind: "refuse" },
    transferFromRepId: null,
  };
}
