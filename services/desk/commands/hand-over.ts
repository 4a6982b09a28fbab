import { decisionId } from "../../core/domain/decision/decision-id.ts";
import type { LeadState } from "../../core/domain/decision/lead-state.ts";
import type { Decision, LeadRecord, Release } from "../../core/domain/decision/log-record.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { RepGrant, ReserveItem, ReserveResult } from "../../core/domain/ledger/reservation.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import type { CommitOutcome, DecisionRequest } from "../../core/protocol/commit-decisions.ts";
import { awaitRecord } from "./await-record.ts";
import { refused, type CommandDeps, type CommandOutcome } from "./command.ts";

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
  const { state, rep, atMs } = order;
  const nodeId = nodeOfWork(order);
  const item = reserveItem(order, nodeId);
  const outcome = await commit(deps, {
    tenantId: state.tenantId,
    atMs,
    items: [item],
    decide: (_index, result, epoch) => recordsOf(order, result, { epoch, nodeId }),
  });
  const result = outcome.results[0]?.[0];
  const position = outcome.positions[0]?.[0] ?? null;
  if (result?.kind === "refused") return refused(result.reason);
  if (result?.kind !== "decided" || position === null) return refused("stale_version");

  const event = await awaitRecord(deps, position);
  const after = await deps.reads.lead({ tenantId: state.tenantId, nodeIds: null }, state.leadId);
  if (after === null) return refused("stale_version");
  if (result.outcome.kind !== "assigned" || result.outcome.repId !== rep.repId) return refused("already_owned");
  // Without an event the record repeats one that stands in the log already, or is void.
  const stands = event !== null || (after.cycle === item.cycle && after.repId === rep.repId);
  return stands ? { kind: "done", state: after } : refused("stale_version");
}

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
function reserveItem({ state, plan, grant, via, release }: HandOver, nodeId: string): ReserveItem {
  return {
    leadId: state.leadId,
    cycle: state.cycle + 1,
    identityKeys: [],
    loadMilli: plan.segment(state.nodeId, state.facts)?.loadMilli ?? DEFAULT_LOAD_MILLI,
    channel: state.facts.source.channel,
    scope: via === "claimed" ? "claim" : "intake",
    charged: false,
    lists: [
      {
        nodeId,
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

/**
 * The records of what the ledger answered. An outcome of an earlier attempt is written as it was, even if it names
 * another rep: his slot is taken, and an attempt that died before its append must not leave it so for nothing.
 */
function recordsOf(
  { state, plan, rep, via, operator, release }: HandOver,
  result: ReserveResult,
  { epoch, nodeId }: { readonly epoch: number; readonly nodeId: string },
): readonly LeadRecord[] | null {
  if (result.kind !== "decided" || result.outcome.kind !== "assigned") return null;
  const decision: Decision = {
    type: "decision",
    tenantId: state.tenantId,
    leadId: state.leadId,
    cycle: state.cycle + 1,
    atMs: result.atMs,
    operator: result.outcome.repId === rep.repId ? operator : "desk",
    decisionId: decisionId(state.tenantId, state.leadId, state.cycle + 1),
    epoch,
    outcome: result.outcome,
    via,
    planVersion: plan.version,
    nodeId,
    territoryId: state.territoryId,
    territoryRule: state.territoryRule,
    segment: state.segment,
    charge: result.charge,
    dueAtMs: null,
    facts: state.facts,
    explanation: result.replayed ? null : { step: result.step, candidates: result.verdicts },
  };
  return release === null ? [decision] : [{ ...release, atMs: result.atMs }, decision];
}

/**
 * The team that will work the lead, so that its new owner sees it: the lead's own node if the rep is of it, else his
 * team below that node, else his first.
 */
function nodeOfWork({ state, plan, rep }: HandOver): string {
  if (rep.nodeIds.includes(state.nodeId)) return state.nodeId;
  const below = rep.nodeIds.find((nodeId) => plan.tree.ancestry(nodeId).includes(state.nodeId));
  return below ?? rep.nodeIds[0] ?? state.nodeId;
}
