import type { Outcome } from "../decision/log-record.ts";
import type { LeadEntry } from "./ledger-state.ts";
import type { ReserveItem, ReserveResult } from "./reservation.ts";

const SUPERSEDED: ReserveResult = { kind: "superseded" };
const refused = (reason: "already_owned" | "stale_version" | "lead_closed"): ReserveResult => ({
  kind: "refused",
  reason,
});

/** Whether the lead may have this cycle decided now: null if it may, else the answer. */
export function admit(entry: LeadEntry | undefined, item: ReserveItem): ReserveResult | null {
  if (entry === undefined) return item.cycle === 1 ? null : refused("stale_version");
  if (item.cycle < entry.cycle) return SUPERSEDED;
  if (item.cycle === entry.cycle) return replay(entry);
  if (item.cycle > entry.cycle + 1) return refused("stale_version");
  switch (entry.status) {
    case "parked":
    case "public":
    case "released":
      return null;
    case "owned":
      return item.transferFromRepId === entry.ref ? null : refused("already_owned");
    case "closed":
    case "duplicate":
    case "rejected":
    case "dead":
      return refused("lead_closed");
  }
}

function replay(entry: LeadEntry): ReserveResult {
  const outcome = outcomeOf(entry);
  const { via, planVersion, loadMilli, credit, turn, floor, atMs } = entry;
  if (outcome === null || via === null) return SUPERSEDED;
  const charge = { loadMilli, credit, turn, floor };
  const unexplained = { step: -1, verdicts: [], counted: [] };
  return { kind: "decided", outcome, via, planVersion, charge, atMs, replayed: true, ...unexplained };
}

function outcomeOf({ status, ref }: LeadEntry): Outcome | null {
  switch (status) {
    case "owned":
      return { kind: "assigned", repId: ref };
    case "parked":
      return { kind: "parked", reason: ref as Extract<Outcome, { kind: "parked" }>["reason"] };
    case "public":
      return { kind: "public", poolId: ref };
    case "duplicate":
      return { kind: "duplicate", ofLeadId: ref };
    case "rejected":
    case "dead":
      return { kind: status, reason: ref };
    case "released":
    case "closed":
      return null;
  }
}
