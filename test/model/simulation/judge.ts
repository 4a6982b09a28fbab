import { checkLimits } from "../../../services/auditor/check-limits.ts";
import { compareLedger } from "../../../services/auditor/compare-ledger.ts";
import { createFindingSink } from "../../../services/auditor/finding.ts";
import type { LeadState } from "../../../services/core/domain/decision/lead-state.ts";
import { createLogFold, type LogFold } from "../../../services/core/domain/decision/log-fold.ts";
import type { RecordVerdict } from "../../../services/core/domain/decision/fold.ts";
import type { Decision, LogRecord } from "../../../services/core/domain/decision/log-record.ts";
import type { LeadRequest } from "../../../services/core/domain/lead/lead.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import { LedgerImage } from "../../../services/core/domain/ledger/ledger-image.ts";
import type { RepGrant } from "../../../services/core/domain/ledger/reservation.ts";
import type { DeadLetter, Entry } from "../../../services/core/ports/log.ts";
import { isReplayed, type KnownDefect } from "./known-defects.ts";
import type { RedisServer } from "./redis-server.ts";
import type { Commit, TopicServer } from "./topic-server.ts";

const ROUTERS = "fairlead.router";

/** Sees every record and every commit the moment it happens, and holds the invariants of design §2 against them. */
export class Judge {
  readonly violations: string[] = [];
  /** How often an allowance was used. */
  readonly defects = new Map<KnownDefect, number>();
  readonly fold: LogFold = createLogFold();
  /** States of each lead, in log order: what a projection that lags still shows. */
  readonly history = new Map<string, LeadState[]>();
  readonly #verdicts = new Map<string, RecordVerdict>();
  /** What each rep was given, in log order. */
  readonly #assigned = new Map<string, readonly Assigned[]>();
  readonly #plans: readonly CompiledPlan[];
  readonly #isStrict: boolean;

  /** @param isStrict makes no allowance for known defects */
  constructor(plans: readonly CompiledPlan[], isStrict: boolean) {
    this.#plans = plans;
    this.#isStrict = isStrict;
  }

  verdictAt(partition: number, offset: number): RecordVerdict | undefined {
    return this.#verdicts.get(`${partition}:${offset}`);
  }

  onRecord(partition: number, entry: Entry<LogRecord>): void {
    if (entry.kind !== "value") return;
    const record = entry.value;
    const verdict = this.fold.add(partition, record);
    this.#verdicts.set(`${partition}:${entry.offset}`, verdict);
    if (record.type === "barrier" || record.type === "plan_published") return;
    const { tenantId, leadId, cycle } = record;
    if (verdict === "conflict") this.violations.push(`I2 never twice: ${leadId} has two outcomes for cycle ${cycle}`);
    if (verdict !== "effective") return;
    const state = this.fold.tenants.get(tenantId)!.leads.get(leadId)!;
    const states = this.history.get(leadId);
    if (states === undefined) this.history.set(leadId, [state]);
    else states.push(state);
    if (record.type === "decision") this.#checkLimits(record, entry.appendedAtMs);
  }

  /** I4 and I9, at the moment of the commit. */
  onCommit({ group, partition, fromOffset, toOffset, isStale }: Commit, inputs: SimulatedInputs): void {
    if (isStale || toOffset < fromOffset) {
      this.violations.push(
        `I9 fencing: a stale member of ${group} moved ${partition} from ${fromOffset} to ${toOffset}`,
      );
    }
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
    if (!this.#isStrict && this.#hasUnfinished(server)) return this.#note("unfinished command");
    const ledger = {
      async *dump(tenantId: string) {
        yield* server.rows(tenantId);
      },
    };
    const sink = createFindingSink();
    await compareLedger({ ledger, fold: this.fold, nowMs, wait: () => Promise.resolve() }, sink);
    for (const { subject, detail } of sink.kept) this.violations.push(`I7 ledger is fold: ${subject} ${detail}`);
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

  /** I3, at the instant of the assignment and under the plan that it names. */
  #checkLimits(decision: Decision, loggedAtMs: number): void {
    if (decision.outcome.kind !== "assigned") return;
    const { repId } = decision.outcome;
    const grant = grantOf(this.#planOf(decision), decision, repId);
    const { ledger } = this.fold.tenants.get(decision.tenantId)!;
    const violations = exceeded(decision, grant, ledger);
    const before = this.#assigned.get(repId) ?? [];
    this.#assigned.set(repId, [...before, { decision, loggedAtMs }]);
    if (violations.length === 0) return;
    const defect = this.#isStrict ? null : this.#excuseFor(decision, { grant, image: ledger, before });
    if (defect === null) this.violations.push(...violations);
    else this.#note(defect);
  }

  #excuseFor(
    decision: Decision,
    { grant, image, before }: { grant: RepGrant; image: LedgerImage; before: readonly Assigned[] },
  ): KnownDefect | null {
    const { repId } = grant;
    const isOtherGrant = (other: Decision): boolean =>
      grantOf(this.#planOf(other), other, repId) !== grantOf(this.#planOf(decision), decision, repId);
    const concurrent = before.filter((one) => one.loggedAtMs >= decision.atMs && isOtherGrant(one.decision));
    if (exceeded(decision, grant, withoutSlots(image, repId, concurrent)).length === 0) return "limits side by side";
    if (!isReplayed(decision)) return null;
    const grants = this.#plans.flatMap((plan) => [plan.rep(repId)!.routeGrant, plan.rep(repId)!.claimGrant]);
    const holds = grants.some((other) => exceeded(decision, { ...other, windows: [] }, image).length === 0);
    return holds ? "replay under another name" : null;
  }

  #planOf({ planVersion }: Decision): CompiledPlan {
    return this.#plans.find(({ version }) => version === planVersion)!;
  }

  /** A lead that the ledger has one cycle further than the log, long after anybody was at it. */
  #hasUnfinished(server: RedisServer): boolean {
    for (const [tenantId, { leads }] of this.fold.tenants) {
      for (const row of server.rows(tenantId)) {
        if (row.kind === "lead" && row.cycle > 1 && row.cycle === (leads.get(row.leadId)?.cycle ?? 0) + 1) return true;
      }
    }
    return false;
  }

  #note(defect: KnownDefect): void {
    this.defects.set(defect, (this.defects.get(defect) ?? 0) + 1);
  }
}

interface Assigned {
  readonly decision: Decision;
  readonly loggedAtMs: number;
}

function exceeded(decision: Decision, grant: RepGrant, image: LedgerImage): readonly string[] {
  const sink = createFindingSink();
  checkLimits(decision, grant, { image, sink });
  return sink.kept.map(({ subject, detail }) => `I3 no limit exceeded: ${subject}: ${detail}`);
}

function grantOf(plan: CompiledPlan, { via }: Decision, repId: string): RepGrant {
  const rep = plan.rep(repId);
  if (rep === undefined) throw new Error(`There is no ${repId} in plan ${plan.version}.`);
  return via === "routed" || via === "rerouted" ? rep.routeGrant : rep.claimGrant;
}

function withoutSlots(image: LedgerImage, repId: string, assigned: readonly Assigned[]): LedgerImage {
  const rest = LedgerImage.fromRows(image.rows());
  for (const { decision } of assigned) {
    rest.free(repId, `${decision.leadId}#${decision.cycle}`, decision.charge.loadMilli);
  }
  return rest;
}

export interface SimulatedInputs {
  readonly leads: TopicServer<LeadRequest>;
  readonly deadLetters: TopicServer<DeadLetter>;
}

function isBuried({ partitions }: TopicServer<DeadLetter>, partition: number, { offset }: { offset: number }): boolean {
  return partitions.some((entries) =>
    entries.some(({ ...entry }) => entry.kind === "value" && isAbout(entry.value, partition, offset)),
  );
}

function isAbout(letter: DeadLetter, partition: number, offset: number): boolean {
  return letter.partition === partition && letter.offset === offset;
}
