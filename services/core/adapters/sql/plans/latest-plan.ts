import { defineStatement } from "../statement.ts";
import { decodePlan } from "./plan-row.ts";

export const latestPlan = defineStatement({
  file: new URL("./latest-plan.sql", import.meta.url),
  encode: (tenantId: string) => [tenantId],
  decode: decodePlan,
});
