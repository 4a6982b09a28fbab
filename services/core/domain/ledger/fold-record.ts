import type { Decision, LeadRecord } from "../decision/log-record.ts";
import { applyChange, applyCharge, applyDecision } from "./fold-ledger.ts";
import { ledgerChange } from "./ledger-change.ts";
import { mayClose } from "./lead-entry.ts";
import type { LedgerImage } from "./ledger-image.ts";
import type { LedgerLeadStatus } from "./ledger-row.ts";
import type { LeadEntry } from "./ledger-state.ts";

/**
 * What the next record of the log means for the ledger. It judges by the ledger's own entry exactly as `foldLead` judges
 * by the lead's state, so a ledger can be folded, kept and folded further without the leads' states.
 *
 * @param barrierEpoch highest barrier seen before this record in its partition
 */
export function foldRecord(image: LedgerImage, record: LeadRecord, barrierEpoch: number): void {
  const entry = image.lead(record.leadId);
  if (record.type === "decision") return foldDecision(image, record, { entry, barrierEpoch });
  if (entry?.cycle !== record.cycle || !isMetBy(entry.status, record.type)) return;
  const change = ledgerChange(record);
  if (change !== null) applyChange(image, change);
}

interface Circumstances {
  readonly entry: LeadEntry | undefined;
  readonly barrierEpoch: number;
}

/** Void ones were reserved in a ledger that was lost. All others were charged in this one, whatever became of them. */
function foldDecision(image: LedgerImage, decision: Decision, { entry, barrierEpoch }: Circumstances): void {
  if (decision.epoch < barrierEpoch) return;
  if (mayOpen(entry, decision.cycle)) applyDecision(image, decision);
  else applyCharge(image, decision);
}

function mayOpen(entry: LeadEntry | undefined, cycle: number): boolean {
  if (entry === undefined) return cycle === 1;
  const isWaiting = entry.status === "parked" || entry.status === "public" || entry.status === "released";
  return isWaiting && cycle === entry.cycle + 1;
}

/** Whether a record about the present cycle finds the lead in a status that it can end or open. */
function isMetBy(status: LedgerLeadStatus, type: Exclude<LeadRecord["type"], "decision">): boolean {
  switch (type) {
    case "release":
      return status === "owned";
    case "closure":
      return mayClose(status);
    case "reopening":
      return status === "closed";
    case "follow_up":
      return false;
  }
}
