import type { Decision } from "../decision/log-record.ts";
import { chargeFill } from "./charge.ts";
import { endedEntry, entryOf, isEnded, keepsIdentity, mayClose } from "./lead-entry.ts";
import type { LedgerImage } from "./ledger-image.ts";
import type { LeadEntry } from "./ledger-state.ts";
import { slotOf } from "./rep-holdings.ts";
import type { LedgerChange } from "./reservation.ts";
import { isCharged, windowOf } from "./via.ts";

/**
 * The effect of an effective decision, so that folding a log gives the rows of the ledger that reserved it (I7). It
 * needs no policy or plan: the record carries its charge. It takes for granted that the floor belongs to the
 * decision's node, and that only leads that were `routed` brought their identity keys to the reservation.
 *
 * The order of partitions does not matter; repeating a decision changes nothing.
 */
export function applyDecision(image: LedgerImage, decision: Decision): void {
  const { leadId, cycle, atMs, outcome, charge, facts } = decision;
  if ((image.lead(leadId)?.cycle ?? 0) >= cycle) return;
  image.record(leadId, entryOf(decision));
  if (decision.via === "routed" && keepsIdentity(outcome)) {
    for (const identityKey of facts.identityKeys) image.register(identityKey, leadId);
  }
  if (outcome.kind !== "assigned") return;
  const { channel } = facts.source;
  const { loadMilli } = charge;
  image.take({ repId: outcome.repId, leadId, cycle, loadMilli, window: windowOf(decision), channel, atMs });
  applyCharge(image, decision);
}

/**
 * The effect of a decision that a closure kept out of the log, or that comes again: its reservation was charged in the
 * ledger before the closure was read there, and charges are never taken back (`voidReservation`). Charging twice
 * changes nothing.
 */
export function applyCharge(image: LedgerImage, { outcome, via, charge, nodeId }: Decision): void {
  if (outcome.kind !== "assigned") return;
  image.turn = Math.max(image.turn, charge.turn);
  if (!isCharged({ via })) return;
  chargeFill(image.fill(outcome.repId), charge);
  image.raiseFloor(nodeId, charge.floor);
}

type Change<K extends LedgerChange["kind"]> = Extract<LedgerChange, { kind: K }>;

/** The effect of a release, closure, reopening or confirmation. Replaying changes in their order changes nothing. */
export function applyChange(image: LedgerImage, change: LedgerChange): void {
  switch (change.kind) {
    case "ended":
      if (change.repId !== null) image.free(change.repId, slotOf(change.leadId, change.cycle), change.loadMilli);
      return change.status === "closed" ? close(image, change) : release(image, change);
    case "reopened":
      return reopen(image, change);
    case "confirmed":
      return confirm(image, change);
  }
}

/** Never that of the next cycle, even if it is in no log yet: a released lead is free to have one. */
function release(image: LedgerImage, { leadId, cycle, poolId }: Change<"ended">): void {
  const entry = image.lead(leadId);
  if (entry?.cycle === cycle && entry.status === "owned") {
    image.record(leadId, endedEntry(cycle, "released", poolId));
  }
}

function close(image: LedgerImage, { leadId, cycle, identityKeys }: Change<"ended">): void {
  const entry = image.lead(leadId);
  if (entry === undefined) return;
  const isVoid = entry.cycle === cycle + 1 && voidReservation(image, leadId, entry);
  // A later cycle may have registered the keys again; they are then not this record's to forget.
  if (entry.cycle !== cycle && !isVoid) return;
  for (const key of identityKeys) image.forget(key, leadId);
  if (isVoid || mayClose(entry.status)) image.record(leadId, endedEntry(cycle, "closed", ""));
}

/**
 * The closure came to the log before the decision of the next cycle, which is in the ledger already. Its slot and window
 * entry are given back. Credit, turn and floor stay: charges of others may be built on them and stand in the log by now,
 * and all three may only grow. The fold counts them when it meets the stale decision.
 */
function voidReservation(image: LedgerImage, leadId: string, entry: LeadEntry): boolean {
  const slot = slotOf(leadId, entry.cycle);
  if (image.unconfirmed(slot) === undefined || isEnded(entry.status)) return false;
  image.confirm(slot);
  if (entry.status !== "owned" || entry.via === null) return true;
  image.free(entry.ref, slot, entry.loadMilli);
  const window = windowOf({ via: entry.via });
  if (window !== null) image.leaveWindow(entry.ref, window, slot);
  return true;
}

/** The lead is open in the next cycle, which no reservation made before the closure can name. */
function reopen(image: LedgerImage, { leadId, cycle }: Change<"reopened">): void {
  const entry = image.lead(leadId);
  if (entry?.cycle !== cycle || (entry.status !== "closed" && entry.status !== "dead")) return;
  image.record(leadId, endedEntry(cycle + 1, "released", ""));
}

/** The decision stands in the log, for the entry or for one that the lead is past already. */
function confirm(image: LedgerImage, { leadId, cycle, epoch }: Change<"confirmed">): void {
  const slot = slotOf(leadId, cycle);
  if (image.unconfirmed(slot)?.epoch === epoch) image.confirm(slot);
}
