import type { LeadState } from "../../core/domain/decision/lead-state.ts";
import type { Release } from "../../core/domain/decision/log-record.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { RepGrant, ReserveItem } from "../../core/domain/ledger/reservation.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import type { CommitOutcome, DecisionRequest, Settled } from "../../core/protocol/commit-decisions.ts";
import { awaitRecord } from "./await-record.ts";
import { refused, type CommandDeps, type CommandOutcome } from "./command.ts";
import { handOverRecords, nodeOfWork } from "./hand-over-records.ts";

/** A lead that one certain rep is to own in its next cycle: a claim or a transfer. */
export interface HandOver {
  readonly state: LeadState;
  readonly plan: CompiledPlan;
  readonly rep: Rep;
  readonly grant: RepGrant;
  readonly via: "claimed" | "transferred";
  readonly operator: string;
  readonly atMs: number;
  /** For a transfer: ends the present ownership, just before the decision. */
  readonly release: Release | null;
}

const DEFAULT_LOAD_MILLI = 1_000;
const RETRY_WAITS_MS = [50, 200, 500];

/** Reserves, appends and fences by the commit protocol, and answers what the log made of it. */
export async function handOver(deps: CommandDeps, order: HandOver): Promise<CommandOutcome> {
  const { state, rep, atMs, release } = order;
  const item = reserveItem(order);
  const outcome = await commit(deps, {
    tenantId: state.tenantId,
    atMs,
    items: [item],
    async decide([result], epoch) {
      if (result === undefined) return [];
      const operator = isFor(rep, result) ? order.operator : "desk";
      return [await handOverRecords(deps.plans, { state, result, epoch, operator, release })];
    },
  });
  const result = outcome.results[0]?.[0];
  const position = outcome.positions[0]?.[0] ?? null;
  if (result?.kind === "refused") return refused(result.reason);
  if (result?.kind !== "decided" || position === null) return refused("stale_version");

  const event = await awaitRecord(deps, position);
  const after = await deps.reads.lead({ tenantId: state.tenantId, nodeIds: null }, state.leadId);
  if (after === null) return refused("stale_version");
  if (!isFor(rep, result)) return refused("already_owned");
  // Without an event the record repeats one that stands in the log already, or is void.
  const stands = event !== null || (after.cycle === item.cycle && after.repId === rep.repId);
  return stands ? { kind: "done", state: after } : refused("stale_version");
}

const isFor = ({ repId }: Rep, result: Settled): boolean =>
  result.kind === "decided" && result.outcome.kind === "assigned" && result.outcome.repId === repId;

type Committed = Extract<CommitOutcome, { kind: "committed" }>;

/** Any doubt is resolved by repeating: the ledger gives the first outcome again, and the log keeps the first record. */
async function commit(
  { commitDecisions, recoverLedger, wait }: CommandDeps,
  request: DecisionRequest,
): Promise<Committed> {
  let fault = new Fault("LEDGER_UNAVAILABLE", "The ledger is being recovered", { retriable: true });
  for (const waitMs of RETRY_WAITS_MS) {
    try {
      const outcome = await commitDecisions([request]);
      if (outcome.kind === "committed") return outcome;
      if (outcome.reason === "ledger_fenced") await recoverLedger();
    } catch (error) {
      if (!(error instanceof Fault && error.retriable)) throw error;
      fault = error;
    }
    await wait(waitMs);
  }
  throw fault;
}

/** Claims count as claims, transfers as nothing; neither costs a turn, and both are held to the rep's capacity. */
function reserveItem({ state, plan, rep, grant, via, release }: HandOver): ReserveItem {
  return {
    leadId: state.leadId,
    cycle: state.cycle + 1,
    identityKeys: [],
    loadMilli: plan.segment(state.nodeId, state.facts)?.loadMilli ?? DEFAULT_LOAD_MILLI,
    channel: state.facts.source.channel,
    via,
    planVersion: plan.version,
    lists: [
      {
        nodeId: nodeOfWork(plan, state, rep.repId),
        candidates: [{ grant, fit: 10_000 }],
        present: [],
        strategy: "best_fit",
        fairnessBound: 0,
        filtered: [],
      },
    ],
    otherwise: { kind: "refuse" },
    transferFromRepId: release?.repId ?? null,
  };
}
