import { decodeLeads } from "../lead-row.ts";
import { defineStatement } from "../statement.ts";
import { storableJson } from "../storable-text.ts";

export interface LeadIds {
  readonly tenantId: string;
  readonly leadIds: readonly string[];
}

export const readLeads = defineStatement({
  file: new URL("./read-leads.sql", import.meta.url),
  encode: ({ tenantId, leadIds }: LeadIds) => [tenantId, storableJson(leadIds)],
  decode: decodeLeads,
});
