import type { LeadState } from "../decision/lead-state.ts";
import type { OrgTree } from "../organisation/org-tree.ts";
import type { Rep } from "../rep/rep.ts";
import type { Pool } from "./pool.ts";

/** Why a claim is refused before the ledger is asked, in the order of checks (P1). */
export const CLAIM_REFUSALS = [
  "already_owned",
  "lead_closed",
  /** Parked or on its way to the router, or its pool is gone: nothing to claim. */
  "not_in_pool",
  /** The lead has moved on since the caller saw it. */
  "stale_version",
  "not_in_territory",
  "rep_inactive",
  "new_data_frozen",
  "former_owner_cooldown",
] as const;
export type ClaimRefusal = (typeof CLAIM_REFUSALS)[number];

export interface Claim {
  readonly state: LeadState;
  /** The cycle the claimant saw; null if it doesn't matter. */
  readonly expectedCycle: number | null;
  readonly rep: Rep;
  /** The pool the lead is in; undefined if the plan no longer has it. */
  readonly pool: Pool | undefined;
  readonly tree: OrgTree;
  readonly atMs: number;
  /** A pool admin skips freeze and cool-down, never territory; the ledger holds him to capacity (SPEC §7). */
  readonly isAdmin: boolean;
}

/**
 * The first reason why a rep may not claim a lead, or null. Whether the lead exists was asked before; whether the rep
 * has room (`private_pool_full`, `load_full`, `daily_claim_limit`) is asked after, by the ledger, as part of taking it.
 */
export function checkClaim(claim: Claim): ClaimRefusal | null {
  const { state, expectedCycle, rep, pool, tree } = claim;
  const status = checkStatus(state);
  if (status !== null) return status;
  if (pool === undefined) return "not_in_pool";
  if (expectedCycle !== null && expectedCycle !== state.cycle) return "stale_version";
  if (!servesRep(pool, rep, tree)) return "not_in_territory";
  if (!rep.active) return "rep_inactive";
  return claim.isAdmin ? null : checkProtection(claim, pool);
}

/** A pool serves the reps of its node and of everything below it. */
export function servesRep(pool: Pool, rep: Rep, tree: OrgTree): boolean {
  return rep.nodeIds.some((nodeId) => servesNode(pool, nodeId, tree));
}

export function servesNode(pool: Pool, nodeId: string, tree: OrgTree): boolean {
  return tree.ancestry(nodeId).includes(pool.nodeId);
}

function checkStatus({ status }: LeadState): ClaimRefusal | null {
  switch (status) {
    case "public":
      return null;
    case "owned":
      return "already_owned";
    case "parked":
    case "released":
      return "not_in_pool";
    case "converted":
    case "closed":
    case "nurture":
    case "duplicate":
    case "rejected":
    case "dead":
      return "lead_closed";
  }
}

/** Both times are exact to the millisecond: at the very end of a span the claim is allowed (P4, P5). */
function checkProtection({ state, rep, atMs }: Claim, pool: Pool): ClaimRefusal | null {
  // While public, `sinceMs` is the entry into the pool: no edit moves it.
  if (atMs < state.sinceMs + pool.freezeMs) return "new_data_frozen";
  // The whole chain, not the last owner alone: a partner in between must not wash the lead.
  const coolsDown = state.formerOwners.some(
    ({ repId, releasedAtMs }) => repId === rep.repId && atMs < releasedAtMs + pool.coolDownMs,
  );
  return coolsDown ? "former_owner_cooldown" : null;
}
