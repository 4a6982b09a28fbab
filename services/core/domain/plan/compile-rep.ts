import type { RepGrant, WindowLimit } from "../ledger/reservation.ts";
import type { Rep } from "../rep/rep.ts";
import type { CompiledRep } from "./compiled-plan.ts";

const DAY_MS = 86_400_000;

/**
 * Turns a rep's limits into the grants that the ledger checks, for routed and for claimed leads.
 *
 * @param repIndex position in the plan's list of reps
 */
export function compileRep(rep: Rep, repIndex: number): CompiledRep {
  const { limits } = rep;
  const grant = (windows: readonly WindowLimit[], loadMilli: number | null): RepGrant => ({
    repId: rep.repId,
    repIndex,
    privatePool: limits.privatePool,
    loadMilli: loadMilli ?? Number.POSITIVE_INFINITY,
    fairnessWeight: rep.fairnessWeight,
    windows,
  });
  const intake = limits.intake.map(({ lengthMs, limit, channel }) => ({
    scope: "intake" as const,
    lengthMs,
    limit,
    channel,
  }));
  const claims =
    limits.claimsPerDay === null
      ? []
      : [{ scope: "claim" as const, lengthMs: DAY_MS, limit: limits.claimsPerDay, channel: null }];
  // Load is work in progress that the router shares out; a rep who claims more has judged that himself.
  return { rep, routeGrant: grant(intake, limits.loadMilli), claimGrant: grant(claims, null) };
}
