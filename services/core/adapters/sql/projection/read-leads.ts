import { textArray } from "../binary-array.ts";
import { decodeLeads } from "../lead-row.ts";
import { defineStatement } from "../statement.ts";

export interface LeadIds {
  readonly tenantId: string;
  readonly leadIds: readonly string[];
}

export const readLeads = defineStatement({
  file: new URL("./read-leads.sql", import.meta.url),
  encode: ({ tenantId, leadIds }: LeadIds) => [tenantId, textArray(leadIds)],
  decode: decodeLeads,
});
