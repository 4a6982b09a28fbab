import type { LeadRecord, LogRecord } from "../core/domain/decision/log-record.ts";
import type { Entry } from "../core/ports/log.ts";

/** Lead ids by tenant. */
export type LeadsByTenant = ReadonlyMap<string, ReadonlySet<string>>;

export function isAboutLead(record: LogRecord): record is LeadRecord {
  return record.type !== "barrier" && record.type !== "plan_published";
}

/** As long as nothing was decided twice, no record of the lead came before. */
export const isFirstOfLead = (record: LeadRecord): boolean => record.type === "decision" && record.cycle === 1;

/**
 * The leads of which something has to be known before the entries can be folded.
 *
 * @param isKnown says of a record that nothing has to be known for it, and for those of its lead that follow
 */
export function leadsOf(
  entries: readonly Entry<LogRecord>[],
  isKnown: (record: LeadRecord) => boolean = () => false,
): LeadsByTenant {
  const byTenant = new Map<string, Set<string>>();
  const settled = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === "poison" || !isAboutLead(entry.value)) continue;
    const { tenantId, leadId } = entry.value;
    const key = `${tenantId}\u001f${leadId}`;
    if (settled.has(key)) continue;
    settled.add(key);
    if (isKnown(entry.value)) continue;
    const leads = byTenant.get(tenantId);
    if (leads === undefined) byTenant.set(tenantId, new Set([leadId]));
    else leads.add(leadId);
  }
  return byTenant;
}
