import { decodeLeads } from "../lead-row.ts";
import { defineStatement } from "../statement.ts";

export interface WaitingInput {
  readonly tenantId: string;
  readonly nodeId: string;
  readonly limit: number;
}

export const waitingLeads = defineStatement({
  file: new URL("./waiting-leads.sql", import.meta.url),
  encode: ({ tenantId, nodeId, limit }: WaitingInput) => [tenantId, nodeId, limit],
  decode: decodeLeads,
});
