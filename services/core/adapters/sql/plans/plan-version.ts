import { defineStatement } from "../statement.ts";
import { decodePlan } from "./plan-row.ts";

export interface PlanKey {
  readonly tenantId: string;
  readonly version: number;
}

export const planVersion = defineStatement({
  file: new URL("./plan-version.sql", import.meta.url),
  encode: ({ tenantId, version }: PlanKey) => [tenantId, version],
  decode: decodePlan,
});
