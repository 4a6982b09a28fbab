import type { LeadState } from "../../../domain/decision/lead-state.ts";
import type { ReadScope } from "../../../ports/store.ts";
import { decodeLead } from "../lead-row.ts";
import { scopeValues } from "../scope.ts";
import { defineStatement } from "../statement.ts";

export interface ScopedLead {
  readonly scope: ReadScope;
  readonly leadId: string;
}

export const readLead = defineStatement({
  file: new URL("./read-lead.sql", import.meta.url),
  encode: ({ scope, leadId }: ScopedLead) => [...scopeValues(scope), leadId],
  decode: ([row]): LeadState | null => (row === undefined ? null : decodeLead(row)),
});
