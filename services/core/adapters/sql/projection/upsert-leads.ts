import type { LeadState } from "../../../domain/decision/lead-state.ts";
import { encodeLead } from "../lead-row.ts";
import { defineStatement } from "../statement.ts";
import { storableJson } from "../storable-text.ts";

export const upsertLeads = defineStatement({
  file: new URL("./upsert-leads.sql", import.meta.url),
  encode: (states: readonly LeadState[]) => [storableJson(states.map(encodeLead))],
  decode: () => undefined,
});
