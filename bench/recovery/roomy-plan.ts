import type { LeadPool } from "../pipeline/lead-pool.ts";

/** The plan with room for every lead: a log of a million open ones is to be made with a thousand reps. */
export function roomyPlan(plan: LeadPool["plan"]): LeadPool["plan"] {
  const reps = plan.reps.map((rep) => {
    const intake = rep.limits.intake.map((limit) => ({ ...limit, limit: limit.limit * 1000 }));
    return { ...rep, limits: { privatePool: 1_000_000, loadMilli: null, intake, claimsPerDay: null } };
  });
  return { ...plan, reps };
}
