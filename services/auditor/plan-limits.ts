import type { Decision } from "../core/domain/decision/log-record.ts";
import type { RepGrant } from "../core/domain/ledger/reservation.ts";
import { compileRep } from "../core/domain/plan/compile-rep.ts";
import type { CompiledRep } from "../core/domain/plan/compiled-plan.ts";
import type { PlanSource } from "../core/ports/plan-source.ts";

/** Limits as they were under the plan version that a decision names. */
export function createPlanLimits(source: PlanSource) {
  const versions = new Map<string, Promise<ReadonlyMap<string, CompiledRep>>>();

  async function load(tenantId: string, planVersion: number): Promise<ReadonlyMap<string, CompiledRep>> {
    const plan = await source.version(tenantId, planVersion);
    return new Map((plan?.reps ?? []).map((rep, repIndex) => [rep.repId, compileRep(rep, repIndex)]));
  }

  /**
   * Null if plan or rep are unknown. Window limits of a default owner are left out by the router, and a pool admin is
   * free of the daily claim limit, so for decisions of these kinds only what always holds is judged.
   */
  return async function limitsOf(decision: Decision): Promise<RepGrant | null> {
    if (decision.outcome.kind !== "assigned") return null;
    const key = `${decision.tenantId}\u001f${decision.planVersion}`;
    let reps = versions.get(key);
    if (reps === undefined) versions.set(key, (reps = load(decision.tenantId, decision.planVersion)));
    const compiled = (await reps).get(decision.outcome.repId);
    if (compiled === undefined) return null;
    const isRouted = decision.via === "routed" || decision.via === "rerouted";
    if (!isRouted) return { ...compiled.claimGrant, windows: [] };
    return isDefaultOwner(decision) ? { ...compiled.claimGrant, windows: [] } : compiled.routeGrant;
  };
}

/** The watched fallback is the step behind all others and has one candidate with fit 0. */
function isDefaultOwner({ explanation }: Decision): boolean {
  const chosen = explanation?.candidates.find(({ verdict }) => verdict === "chosen");
  return explanation === null || chosen?.fit === 0;
}
