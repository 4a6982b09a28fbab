import { Fault } from "../../core/domain/fault.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import type { PlanSource } from "../../core/ports/plan-source.ts";

/** Reps of a plan version, in its order. */
export type PlanReps = readonly Pick<Rep, "repId" | "name">[];

/** Versions whose reps are remembered; a plan of a large tenant takes a while to read. */
const KEPT = 16;

/** The reps of a published plan version, to which explanations refer by position. Published plans never change. */
export function createPlanReps(source: Pick<PlanSource, "version">) {
  const known = new Map<string, PlanReps>();

  /** @throws Fault NOT_FOUND if there is no such version */
  return async function planReps(tenantId: string, planVersion: number): Promise<PlanReps> {
    const key = `${tenantId}\u001f${planVersion}`;
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const plan = await source.version(tenantId, planVersion);
    if (plan === null) throw new Fault("NOT_FOUND", `Version ${planVersion} of the routing plan is not known`);
    const reps = plan.reps.map(({ repId, name }) => ({ repId, name }));
    const [oldest] = known.keys();
    if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
    known.set(key, reps);
    return reps;
  };
}
