import { compareLedger } from "../../../services/auditor/compare-ledger.ts";
import { compareStore } from "../../../services/auditor/compare-store.ts";
import { createFindingSink } from "../../../services/auditor/finding.ts";
import { createLimitJudge } from "../../../services/auditor/judge-limits.ts";
import type { LeadState } from "../../../services/core/domain/decision/lead-state.ts";
import { createLogFold, type LogFold } from "../../../services/core/domain/decision/log-fold.ts";
import type { RecordVerdict } from "../../../services/core/domain/decision/fold.ts";
import type { Decision, LogRecord } from "../../../services/core/domain/decision/log-record.ts";
import type { LeadRequest } from "../../../services/core/domain/lead/lead.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import { matchLead } from "../../../services/core/domain/matching/match-lead.ts";
import type { RepGrant } from "../../../services/core/domain/ledger/reservation.ts";
import type { DeadLetter, Entry } from "../../../services/core/ports/log.ts";
import { leadRequest } from "./clients.ts";
import { auditedStore } from "./store-port.ts";
import type { StoreServer } from "./store-server.ts";
import type { RedisServer } from "./redis-server.ts";
import type { Commit, TopicServer } from "./topic-server.ts";

const ROUTERS = "fairlead.router";

/** Sees every record and every commit the moment it happens, and holds the invariants of design §2 against them. */
export class Judge {
  readonly violations: string[] = [];
  readonly fold: LogFold = createLogFold();
  /** States of each lead, in log order: what a projection that lags still shows. */
  readonly history = new Map<string, LeadState[]>();
  readonly #verdicts = new Map<string, RecordVerdict>();
  readonly #judgeLimits = createLimitJudge();
  readonly #plans: readonly CompiledPlan[];

  constructor(plans: readonly CompiledPlan[]) {
    this.#plans = plans;
  }

  verdictAt(partition: number, offset: number): RecordVerdict | undefined {
    return this.#verdicts.get(`${partition}:${offset}`);
  }

  onRecord(partition: number, entry: Entry<LogRecord>): void {
    if (entry.kind !== "value") return;
    const record = entry.value;
    const verdict = this.fold.add(partition, record);
    if (record.type === "barrier" || record.type === "plan_published") return;
    this.#verdicts.set(`${partition}:${entry.offset}`, verdict);
    const { tenantId, leadId, cycle } = record;
    if (verdict === "conflict") this.violations.push(`I2 never twice: ${leadId} has two outcomes for cycle ${cycle}`);
    if (verdict !== "effective") return;
    const state = this.fold.tenants.get(tenantId)!.leads.get(leadId)!;
    const states = this.history.get(leadId);
    if (states === undefined) this.history.set(leadId, [state]);
    else states.push(state);
    if (record.type !== "decision") return;
    this.#checkLimits(record);
    this.#checkRepeatable(record);
  }

  /** I4 and I9, at the moment of the commit. */
  onCommit({ group, partition, toOffset, isStale }: Commit, inputs: SimulatedInputs): void {
    if (isStale) this.violations.push(`I9 fencing: a stale member of ${group} moved ${partition} to ${toOffset}`);
    if (group === ROUTERS) this.#checkInputs(inputs, partition, toOffset, "I4 commit safety");
  }

  /** I1 for everything, once nothing is left to be done; and every lead on its way back to the router has arrived. */
  checkEnd(inputs: SimulatedInputs): void {
    for (const partition of inputs.leads.partitions.keys()) {
      this.#checkInputs(inputs, partition, Infinity, "I1 no lead lost");
    }
    for (const { leads } of this.fold.tenants.values()) {
      for (const { leadId, status } of leads.values()) {
        if (status === "released") this.violations.push(`I1 no lead lost: ${leadId} still waits for the router`);
      }
    }
  }

  /** I7, at quiescence. */
  async checkLedger(server: RedisServer, nowMs: number): Promise<void> {
    const ledger = {
      async *dump(tenantId: string) {
        yield* server.rows(tenantId);
      },
    };
    const sink = createFindingSink();
    await compareLedger({ ledger, fold: this.fold, nowMs, wait: () => Promise.resolve() }, sink);
    for (const { subject, detail } of sink.kept) this.violations.push(`I7 ledger is fold: ${subject} ${detail}`);
  }

  /** I8, at quiescence: the rows, their counts, and an event for each effective record. */
  async checkStore(server: StoreServer, { decisions }: Pick<SimulatedInputs, "decisions">): Promise<void> {
    const sink = createFindingSink();
    const marks = decisions.partitions.map((entries) => entries.length);
    const store = auditedStore(server);
    try {
      await compareStore({ store, fold: this.fold, marks, wait: () => Promise.resolve() }, sink);
    } catch (error) {
      this.violations.push(`I15 liveness: ${String(error)}`);
    }
    for (const { subject, detail } of sink.kept) this.violations.push(`I8 projection is fold: ${subject} ${detail}`);
    const effective = [...this.#verdicts].filter(([, verdict]) => verdict === "effective");
    const missing = effective.filter(([place]) => !server.rows.events.has(place));
    const surplus = server.rows.events.size - (effective.length - missing.length);
    if (missing.length + surplus > 0) {
      this.violations.push(`I8 projection is fold: ${missing.length} events are missing, ${surplus} too many`);
    }
  }

  #checkInputs({ leads, deadLetters }: SimulatedInputs, partition: number, end: number, invariant: string): void {
    for (const entry of leads.partitions[partition]!) {
      if (entry.offset >= end) return;
      const hasOutcome =
        entry.kind === "value" ? this.#isDecided(entry.value) : isBuried(deadLetters, partition, entry);
      if (!hasOutcome) this.violations.push(`${invariant}: input ${partition}:${entry.offset} has no outcome`);
    }
  }

  /** A re-route that found the ledger behind the log leaves nothing; the steward asks again (see `checkEnd`). */
  #isDecided({ facts: { tenantId, leadId }, cycle }: LeadRequest): boolean {
    return cycle > 1 || this.fold.tenants.get(tenantId)?.leads.has(leadId) === true;
  }

  /** I3, by the auditor's own judgement and under the plan that the decision names. */
  #checkLimits(decision: Decision): void {
    if (decision.outcome.kind !== "assigned") return;
    const grant = grantOf(this.#planOf(decision), decision, decision.outcome.repId);
    const { ledger } = this.fold.tenants.get(decision.tenantId)!;
    for (const { subject, detail } of this.#judgeLimits(decision, grant, ledger)) {
      this.violations.push(`I3 no limit exceeded: ${subject}: ${detail}`);
    }
  }

  /** I16, as far as a record tells: by its own plan and time, and no other, its rep is one of those who may take it. */
  #checkRepeatable(decision: Decision): void {
    const { outcome, via, leadId, facts, cycle, atMs } = decision;
    if (outcome.kind !== "assigned" || via === "claimed" || via === "transferred") return;
    const { item } = matchLead(this.#planOf(decision), { ...leadRequest(leadId), facts, cycle }, atMs);
    const mayTake = item.lists.some(({ candidates }) => candidates.some(({ grant }) => grant.repId === outcome.repId));
    if (!mayTake) this.violations.push(`I16 determinism: ${outcome.repId} could not get ${leadId} at ${atMs}`);
  }

  #planOf({ planVersion }: Decision): CompiledPlan {
    return this.#plans.find(({ version }) => version === planVersion)!;
  }
}

function grantOf(plan: CompiledPlan, { via }: Decision, repId: string): RepGrant {
  const rep = plan.rep(repId);
  if (rep === undefined) throw new Error(`There is no ${repId} in plan ${plan.version}.`);
  return via === "routed" || via === "rerouted" ? rep.routeGrant : rep.claimGrant;
}

export interface SimulatedInputs {
  readonly leads: TopicServer<LeadRequest>;
  readonly deadLetters: TopicServer<DeadLetter>;
  readonly decisions: TopicServer<LogRecord>;
}

function isBuried({ partitions }: TopicServer<DeadLetter>, partition: number, { offset }: { offset: number }): boolean {
  return partitions.some((entries) =>
    entries.some(({ ...entry }) => entry.kind === "value" && isAbout(entry.value, partition, offset)),
  );
}

function isAbout(letter: DeadLetter, partition: number, offset: number): boolean {
  return letter.partition === partition && letter.offset === offset;
}
