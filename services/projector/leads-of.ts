import type { LeadRecord } from "../core/domain/decision/log-record.ts";
import { type EntryRange, isAboutLead } from "./fold-entries.ts";

/** Lead ids by tenant. */
export type LeadsByTenant = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * As long as nothing was decided twice, no record of the lead came before. A decision behind a barrier of a later epoch
 * is void and says nothing: it is a second one, or the first is to come.
 */
export const isFirstOfLead = (record: LeadRecord, barrierEpoch: number): boolean =>
  record.type === "decision" && record.cycle === 1 && record.epoch >= barrierEpoch;

/**
 * The leads of which something has to be known before the entries can be folded.
 *
 * @param isKnown says of a record that nothing has to be known for it, and for those of its lead that follow; it hears the
 *   highest barrier before the record
 */
export function leadsOf(
  { entries, from }: EntryRange,
  isKnown: (record: LeadRecord, barrierEpoch: number) => boolean = () => false,
): LeadsByTenant {
  const byTenant = new Map<string, Set<string>>();
  const settled = new Set<string>();
  let { barrierEpoch } = from;
  for (const entry of entries) {
    if (entry.kind === "poison") continue;
    const record = entry.value;
    if (record.type === "barrier") barrierEpoch = Math.max(barrierEpoch, record.epoch);
    if (!isAboutLead(record)) continue;
    const { tenantId, leadId } = record;
    const key = `${tenantId}\u001f${leadId}`;
    if (settled.has(key)) continue;
    settled.add(key);
    if (isKnown(record, barrierEpoch)) continue;
    const leads = byTenant.get(tenantId);
    if (leads === undefined) byTenant.set(tenantId, new Set([leadId]));
    else leads.add(leadId);
  }
  return byTenant;
}
