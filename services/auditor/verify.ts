import { createLogFold, type FoldedTenant, type LogFold } from "../core/domain/decision/log-fold.ts";
import type { Decision } from "../core/domain/decision/log-record.ts";
import type { Clock } from "../core/domain/lead/clock.ts";
import type { Ledger } from "../core/ports/ledger.ts";
import { ROUTER_GROUP, type Log } from "../core/ports/log.ts";
import type { PlanSource } from "../core/ports/plan-source.ts";
import type { LeadScans, Projection } from "../core/ports/store.ts";
import { createLimitJudge } from "./judge-limits.ts";
import { compareLedger } from "./compare-ledger.ts";
import { compareStore } from "./compare-store.ts";
import { createFindings, type Finding, type FindingSink } from "./finding.ts";
import { findLostLeads } from "./find-lost-leads.ts";
import { mergeLog } from "./merge-log.ts";
import { createPlanLimits } from "./plan-limits.ts";

export interface VerifyDeps {
  readonly log: Pick<Log, "leads" | "decisions" | "deadLetters">;
  readonly store: Pick<LeadScans, "allStates" | "statusCounts"> & Pick<Projection, "position">;
  readonly plans: PlanSource;
  /** Null where the ledger lives in a process that is not running: it is then the fold by construction. */
  readonly ledger: Pick<Ledger, "dump"> | null;
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
}

export interface VerifyReport {
  /** Records of the decision log that were folded. */
  readonly records: number;
  readonly leads: number;
  readonly verdicts: LogFold["verdicts"];
  /** Inputs that are not decided yet, and need not be. */
  readonly pendingInputs: number;
  readonly violations: number;
  /** The first violations of each invariant. */
  readonly findings: readonly Finding[];
}

const LOOKS = 3;

/**
 * Folds the whole log and judges everything else by it: limits at every instant, lost leads, the ledger, the store.
 *
 * Ledger and store may be ahead of where the fold stopped reading, so differences count only if the log stood still, or
 * if the same ones are there again at each of three looks.
 *
 * @throws Fault if a part can't be read; nothing is then said about it.
 */
export async function verify(deps: VerifyDeps): Promise<VerifyReport> {
  let before: ReadonlySet<string> | null = null;
  for (let look = 1; ; look++) {
    // Before the marks: whatever is committed by now has its decision below them.
    const committed = await deps.log.leads.committedOffsets(ROUTER_GROUP);
    const marks = await endOffsets(deps.log.decisions);
    const findings = createFindings(before);
    const report = await verifyUpTo(deps, { committed, marks }, findings);
    const hasMoved = (await endOffsets(deps.log.decisions)).some((end, partition) => end !== marks[partition]);
    const { count, kept } = hasMoved && before !== null ? findings.again : findings.all;
    if (count === 0 || !hasMoved || look === LOOKS) return { ...report, violations: count, findings: kept };
    before = findings.subjects;
  }
}

interface Extent {
  /** By partition of the leads topic. */
  readonly committed: readonly number[];
  /** By partition of the log. */
  readonly marks: readonly number[];
}

async function verifyUpTo(
  deps: VerifyDeps,
  { committed, marks }: Extent,
  sink: Pick<FindingSink, "add">,
): Promise<Omit<VerifyReport, "violations" | "findings">> {
  const { log, store, plans, ledger, clock, wait } = deps;
  const fold = createLogFold();
  const limitsOf = createPlanLimits(plans);
  const judgeLimits = createLimitJudge();
  let records = 0;
  for await (const instant of mergeLog(log.decisions, marks)) {
    records += instant.records.length;
    const assigned: Decision[] = [];
    for (const { partition, record } of instant.records) {
      const verdict = fold.add(partition, record);
      if (verdict === "conflict" && record.type === "decision") sink.add(conflict(record));
      if (verdict === "effective" && record.type === "decision") assigned.push(record);
    }
    for (const decision of assigned) {
      const grant = await limitsOf(decision);
      const tenant = fold.tenants.get(decision.tenantId);
      if (grant === null || tenant === undefined) continue;
      for (const finding of judgeLimits(decision, grant, tenant.ledger)) sink.add(finding);
    }
  }
  const pendingInputs = await findLostLeads(log, { fold, committed }, sink);
  await compareStore({ store, fold, marks, wait }, sink);
  if (ledger !== null) await compareLedger({ ledger, fold, nowMs: clock(), wait }, sink);
  return {
    records,
    leads: [...fold.tenants.values()].reduce((sum, { leads }: FoldedTenant) => sum + leads.size, 0),
    verdicts: fold.verdicts,
    pendingInputs,
  };
}

function conflict({ tenantId, leadId, cycle }: Decision): Finding {
  return { invariant: "I2_never_twice", tenantId, subject: leadId, detail: `two outcomes for cycle ${cycle}` };
}

async function endOffsets({ partitionCount, endOffset }: VerifyDeps["log"]["decisions"]): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: partitionCount }, (_, partition) => endOffset(partition)));
}
