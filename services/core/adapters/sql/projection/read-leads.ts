import type { KnownLeads } from "../../../ports/store.ts";
import { textArray } from "../binary-array.ts";
import { decodeLead } from "../lead-row.ts";
import { integer } from "../row.ts";
import type { Row } from "../session.ts";
import { defineStatement } from "../statement.ts";

export interface LeadIds {
  readonly partition: number;
  readonly tenantId: string;
  readonly leadIds: readonly string[];
}

export const readLeads = defineStatement({
  file: new URL("./read-leads.sql", import.meta.url),
  encode: ({ partition, tenantId, leadIds }: LeadIds) => [partition, tenantId, textArray(leadIds)],
  decode(rows): KnownLeads {
    const leads = rows.filter((row) => row["lead_id"] !== null).map(decodeLead);
    return { next: nextOf(rows), states: new Map(leads.map((state) => [state.leadId, state])) };
  },
});

function nextOf([row]: readonly Row[]): number {
  return row === undefined ? 0 : integer(row, "next_offset");
}
