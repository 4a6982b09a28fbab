import { LedgerImage } from "../ledger/ledger-image.ts";
import { foldRecord } from "../ledger/fold-record.ts";
import { foldLead, type RecordVerdict } from "./fold.ts";
import type { LeadState } from "./lead-state.ts";
import type { LeadRecord, LogRecord } from "./log-record.ts";

/** What a tenant's part of the log adds up to. */
export interface FoldedTenant {
  readonly leads: Map<string, LeadState>;
  readonly ledger: LedgerImage;
}

/**
 * The whole log folded: the state of every lead, and the ledger it implies. Verification compares ledger and store with
 * it.
 */
export interface LogFold {
  readonly tenants: ReadonlyMap<string, FoldedTenant>;
  /** Verdicts counted so far; `conflict` above zero means that the commit protocol was broken. */
  readonly verdicts: Readonly<Record<RecordVerdict, number>>;
  /** Adds the next record of a partition. Partitions may be interleaved in any way. */
  add(partition: number, record: LogRecord): RecordVerdict;
  /** A tenant appears even without leads. */
  tenant(tenantId: string): FoldedTenant;
}

export function createLogFold(): LogFold {
  const tenants = new Map<string, FoldedTenant>();
  const barriers = new Map<number, number>();
  const verdicts: Record<RecordVerdict, number> = { effective: 0, void: 0, duplicate: 0, conflict: 0, stale: 0 };

  function tenant(tenantId: string): FoldedTenant {
    let folded = tenants.get(tenantId);
    if (folded === undefined) {
      folded = { leads: new Map(), ledger: new LedgerImage() };
      tenants.set(tenantId, folded);
    }
    return folded;
  }

  function addLeadRecord(record: LeadRecord, barrierEpoch: number): RecordVerdict {
    const { leads, ledger } = tenant(record.tenantId);
    const { verdict, state } = foldLead(leads.get(record.leadId), record, barrierEpoch);
    verdicts[verdict]++;
    if (verdict === "effective" && state !== undefined) leads.set(record.leadId, state);
    foldRecord(ledger, record, barrierEpoch);
    return verdict;
  }

  return {
    tenants,
    verdicts,
    tenant,
    add(partition, record) {
      const barrierEpoch = barriers.get(partition) ?? 0;
      switch (record.type) {
        case "barrier":
          barriers.set(partition, Math.max(barrierEpoch, record.epoch));
          return "effective";
        case "plan_published":
          return "effective";
        default:
          return addLeadRecord(record, barrierEpoch);
      }
    },
  };
}
