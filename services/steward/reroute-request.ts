import { REOPENED } from "../core/domain/decision/fold.ts";
import type { LeadState } from "../core/domain/decision/lead-state.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import { PARKED_RETRY } from "../core/domain/matching/match-lead.ts";

/**
 * The request that brings a waiting lead back to the router, for its next cycle. Its contact stays where it is: routing
 * does not need it. A lead that was sent back by its owner does not return to him in this round.
 */
export function rerouteRequest(state: LeadState): LeadRequest {
  const lastOwner = state.formerOwners.at(-1)?.repId;
  const sentBack = state.status === "released" && !state.reason.startsWith(REOPENED);
  return {
    facts: state.facts,
    sealedContact: new Uint8Array(),
    cycle: state.cycle + 1,
    rerouteReason: state.status === "parked" ? PARKED_RETRY : state.reason || "released",
    excludedRepIds: sentBack && lastOwner !== undefined ? [lastOwner] : [],
    rejectedReason: "",
  };
}
