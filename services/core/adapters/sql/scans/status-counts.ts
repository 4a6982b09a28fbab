import { LEAD_STATUSES, type LeadStatus } from "../../../domain/decision/lead-state.ts";
import { integer, oneOf } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const statusCounts = defineStatement({
  file: new URL("./status-counts.sql", import.meta.url),
  encode: (tenantId: string) => [tenantId],
  decode: (rows): ReadonlyMap<LeadStatus, number> =>
    new Map(rows.map((row) => [oneOf(row, "status", LEAD_STATUSES), integer(row, "leads")])),
});
