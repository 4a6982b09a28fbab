import { decodeEvents } from "../event-row.ts";
import { scopeValues } from "../scope.ts";
import { defineStatement } from "../statement.ts";
import type { ScopedLead } from "./read-lead.ts";

export const leadHistory = defineStatement({
  file: new URL("./lead-history.sql", import.meta.url),
  encode: ({ scope, leadId }: ScopedLead) => [...scopeValues(scope), leadId],
  decode: decodeEvents,
});
