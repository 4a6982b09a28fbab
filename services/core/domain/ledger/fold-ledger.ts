import type { Decision } from "../decision/log-record.ts";
import { endedEntry, entryOf, keepsIdentity, mayEnd } from "./lead-entry.ts";
import type { LedgerImage } from "./ledger-image.ts";
import { slotOf } from "./rep-holdings.ts";
import type { LedgerChange, WindowScope } from "./reservation.ts";

/**
 * The effect of an effective decision, so that folding a log gives the rows of the ledger that reserved it (I7). It
 * needs no policy or plan: the record carries its charge. It takes for granted that the floor belongs to the
 * decision's node, and that only routed leads brought their identity keys to the reservation.
 *
 * The order of partitions does not matter; repeating a decision changes nothing.
 */
export function applyDecision(image: LedgerImage, decision: Decision): void {
  const { leadId, cycle, atMs, outcome, charge, facts, nodeId } = decision;
  if ((image.lead(leadId)?.cycle ?? 0) >= cycle) return;
  image.record(leadId, entryOf(cycle, atMs, outcome, charge));
  if (decision.via === "routed" && keepsIdentity(outcome)) {
    for (const identityKey of facts.identityKeys) image.register(identityKey, leadId);
  }
  if (outcome.kind !== "assigned") return;
  const { channel } = facts.source;
  image.take({ ...charge, repId: outcome.repId, leadId, cycle, window: windowOf(decision), channel, atMs });
  image.turn = Math.max(image.turn, charge.turn);
  image.raiseFloor(nodeId, charge.floor);
}

/** A transfer counts in no window: neither did the lead come in, nor did the rep claim it. */
function windowOf({ via }: Decision): WindowScope | null {
  switch (via) {
    case "routed":
    case "rerouted":
      return "intake";
    case "claimed":
      return "claim";
    case "transferred":
      return null;
  }
}

/** The effect of a release, closure or reopening. Replaying changes in their order changes nothing. */
export function applyChange(image: LedgerImage, change: LedgerChange): void {
  const { leadId, cycle } = change;
  const entry = image.lead(leadId);
  if (change.kind === "reopened") {
    if (entry?.cycle === cycle && entry.status === "closed") image.record(leadId, endedEntry(cycle, "released", ""));
    return;
  }
  if (change.repId !== null) image.free(change.repId, slotOf(leadId, cycle), change.loadMilli);
  // A later cycle may have registered the keys again; they are then not this record's to forget.
  if (entry === undefined || entry.cycle !== cycle) return;
  if (change.status === "closed") for (const key of change.identityKeys) image.forget(key, leadId);
  if (mayEnd(entry.status)) {
    const status = change.status === "closed" ? "closed" : "released";
    image.record(leadId, endedEntry(cycle, status, change.poolId));
  }
}
