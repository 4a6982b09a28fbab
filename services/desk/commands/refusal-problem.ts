import type { Problem } from "../../core/http/problem.ts";
import type { Refusal } from "./command.ts";

/** Complete by type. 403 is for who asks, 409 for how things stand. */
const REFUSALS = {
  already_owned: [409, "Another rep owns the lead"],
  daily_claim_limit: [409, "The rep has made all claims of the last 24 hours; a release gives none back"],
  former_owner_cooldown: [409, "The rep owned the lead before, and its cool-down has not ended"],
  intake_window_full: [409, "The rep has taken all the leads of the window"],
  lead_closed: [409, "The lead has ended"],
  load_full: [409, "The rep's open work leaves no room for the lead"],
  new_data_frozen: [409, "The lead entered the pool too recently"],
  no_capacity: [409, "The rep has no room for the lead"],
  not_closed: [409, "The lead has not ended"],
  not_in_pool: [409, "The lead is in no pool"],
  not_in_territory: [403, "The lead's pool does not serve the rep"],
  not_owned: [409, "The lead has no owner"],
  not_owner: [403, "The lead belongs to another rep"],
  private_pool_full: [409, "The rep's private pool is full"],
  rep_inactive: [409, "The rep is not active"],
  same_owner: [409, "The rep owns the lead already"],
  stale_version: [409, "The lead has moved on; read it again"],
} as const satisfies Record<Refusal, readonly [number, string]>;

export function problemOfRefusal(reason: Refusal): Problem {
  const [status, detail] = REFUSALS[reason];
  return { status, title: "Refused", code: reason, detail };
}
