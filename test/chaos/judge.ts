import { setTimeout as delay } from "node:timers/promises";
import { verify, type VerifyReport } from "../../services/auditor/verify.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import type { LeadTraffic } from "./lead-traffic.ts";
import { CHAOS_PLAN, TENANT } from "./plan.ts";
import type { World } from "./world.ts";

export interface Verdict {
  /** From the end of the last fault until all was decided, projected and in order. */
  readonly atRestAfterMs: number;
  readonly leads: number;
  readonly records: number;
  /** What is wrong; empty is good. */
  readonly problems: readonly string[];
}

/** I15: no person has to help, and it takes no longer. */
const LIVENESS_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** What time can't heal: it stands in the log. */
const FINAL: readonly string[] = ["I2_never_twice", "I3_no_limit_exceeded"];

/** Ends faults and load, waits until everything has come to rest, and judges all that ever happened to the world. */
export async function judge(world: World): Promise<Verdict> {
  world.heal();
  const healedMs = performance.now();
  const elapsedMs = (): number => performance.now() - healedMs;
  const paused = Promise.all([world.leads.pause(), world.desk.pause()]).then(() => true);
  if (!(await Promise.race([paused, delay(LIVENESS_MS, false, { ref: false })]))) {
    const problems = [`I15: somebody got no answer within ${LIVENESS_MS} ms after the last fault`];
    return { atRestAfterMs: Math.round(elapsedMs()), leads: 0, records: 0, problems };
  }
  for (;;) {
    const verdict = await look(world).catch((error: unknown) => ({
      leads: 0,
      records: 0,
      isFinal: false,
      problems: [`could not be read: ${String(error)}${error instanceof Error ? ` (${String(error.cause)})` : ""}`],
    }));
    const isLate = elapsedMs() > LIVENESS_MS;
    if (verdict.problems.length === 0 || verdict.isFinal || isLate) {
      const late = isLate ? [`I15: not at rest ${LIVENESS_MS} ms after the last fault`] : [];
      return { ...verdict, atRestAfterMs: Math.round(elapsedMs()), problems: [...verdict.problems, ...late] };
    }
    await delay(LOOK_EVERY_MS);
  }
}

function look(world: World): Promise<Omit<Verdict, "atRestAfterMs"> & { readonly isFinal: boolean }> {
  return world.withBacking(async (backing) => {
    const { log, store, ledger, planSource: plans } = backing;
    const report = await verify({ log, store, ledger, plans, clock: Date.now, wait: (ms) => delay(ms) });
    const problems = [...problemsOfReport(report), ...(await problemsOfStore(TENANT, world.leads, store))];
    const isFinal = report.findings.some(({ invariant }) => FINAL.includes(invariant));
    return { leads: report.leads, records: report.records, isFinal, problems };
  });
}

export function problemsOfReport({ findings, pendingInputs, verdicts }: VerifyReport): readonly string[] {
  const problems = findings.map(
    ({ invariant, tenantId, subject, detail }) => `${invariant} ${tenantId} ${subject}: ${detail}`,
  );
  if (pendingInputs > 0) problems.push(`I15: ${pendingInputs} inputs are not decided`);
  if (verdicts.conflict > 0) problems.push(`I2: ${verdicts.conflict} conflicting decisions`);
  return problems;
}

/** By another way than the log: every lead that was acknowledged is there, no other is, and nobody holds too many. */
export async function problemsOfStore(
  tenantId: string,
  leads: Pick<LeadTraffic, "sent" | "acknowledged">,
  store: Pick<Backing["store"], "allStates">,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const stored = new Set<string>();
  const owned = new Map<string, number>();
  for await (const states of store.allStates(tenantId)) {
    for (const { leadId, status, repId } of states) {
      stored.add(leadId);
      // Nothing is wrong with the leads of the load, so whoever gave one up took it for the cause of a crash.
      if (status === "dead") problems.push(`I1: ${leadId} was given up`);
      if (!leads.sent.has(leadId)) problems.push(`I1: ${leadId} was decided and never sent`);
      if (status === "owned" && repId !== null) owned.set(repId, (owned.get(repId) ?? 0) + 1);
    }
  }
  const lost = leads.acknowledged.filter((leadId) => !stored.has(leadId));
  if (lost.length > 0) problems.push(`I1: ${lost.length} acknowledged leads are not there, as ${lost[0]}`);
  for (const { repId, limits } of CHAOS_PLAN.reps) {
    const count = owned.get(repId) ?? 0;
    if (count > limits.privatePool) problems.push(`I3: ${repId} owns ${count} of ${limits.privatePool}`);
  }
  return problems;
}
