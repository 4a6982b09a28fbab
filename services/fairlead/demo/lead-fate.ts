import { CLOSING_REASONS } from "./rep-actions.ts";
import type { ClosingReason, FollowUpKind, OwnedLead } from "./rep-actions.ts";
import { hashText, shareOf } from "./seeded-random.ts";

/** What a rep does with one of his leads now. */
export type RepIntention =
  | { readonly kind: "wait" }
  | { readonly kind: "follow_up"; readonly how: FollowUpKind }
  | { readonly kind: "convert" }
  | { readonly kind: "close"; readonly reason: ClosingReason }
  | { readonly kind: "release"; readonly reason: string };

const FOLLOW_UP_KINDS = ["call", "call", "message", "visit"] as const;
const RELEASE_REASONS = ["wrong_product", "too_far", "no_time"] as const;

const CONVERT_SHARE = 0.2;
const RELEASE_SHARE = 0.12;
/** Left lying until the pool is full, or for very long, if the service does not take it back before. */
const FORGOTTEN_SHARE = 0.06;
const FORGOTTEN_LIFETIMES = 6;
const SLOWEST_REACTION_MS = 60_000;

export interface FateOptions {
  readonly seed: number;
  /** Mean time from assignment to the end of a lead that is not forgotten. */
  readonly meanLifetimeMs: number;
}

/**
 * The fate of a lead with a rep is drawn once, from their ids: first a follow-up after a while, then an end. `isPressed`
 * is true when the private pool is too full to let the lead lie; then it ends now.
 */
export function intention(options: FateOptions, lead: OwnedLead, repId: string, at: Moment): RepIntention {
  const { seed, meanLifetimeMs } = options;
  const draw = (topic: string): number => shareOf(seed, `${topic} ${lead.leadId} ${repId}`);
  const ageMs = at.nowMs - lead.assignedAtMs;
  const isForgotten = draw("forgotten") < FORGOTTEN_SHARE;
  if (at.isPressed) return ending(seed, lead, repId);
  if (isForgotten) return ageMs < FORGOTTEN_LIFETIMES * meanLifetimeMs ? { kind: "wait" } : ending(seed, lead, repId);
  if (lead.lastFollowUpAtMs === null && ageMs >= SLOWEST_REACTION_MS * draw("reaction") ** 2) {
    return { kind: "follow_up", how: FOLLOW_UP_KINDS[Math.floor(draw("how") * FOLLOW_UP_KINDS.length)]! };
  }
  const lifetimeMs = -Math.log(1 - draw("lifetime")) * meanLifetimeMs;
  return lead.lastFollowUpAtMs !== null && ageMs >= lifetimeMs ? ending(seed, lead, repId) : { kind: "wait" };
}

export interface Moment {
  readonly nowMs: number;
  readonly isPressed: boolean;
}

function ending(seed: number, { leadId }: OwnedLead, repId: string): RepIntention {
  const fate = shareOf(seed, `fate ${leadId} ${repId}`);
  const pick = <T>(reasons: readonly T[]): T => reasons[hashText(seed, `why ${leadId} ${repId}`) % reasons.length]!;
  if (fate < CONVERT_SHARE) return { kind: "convert" };
  if (fate < CONVERT_SHARE + RELEASE_SHARE) return { kind: "release", reason: pick(RELEASE_REASONS) };
  return { kind: "close", reason: pick(CLOSING_REASONS) };
}
