import type { RoutingPlan } from "../../../domain/plan/routing-plan.ts";
import { integer, json, text } from "../row.ts";
import type { Row } from "../session.ts";

/** Tenant and version are columns; the document is the rest. */
export function decodePlan([row]: readonly Row[]): RoutingPlan | null {
  if (row === undefined) return null;
  const document = json(row, "document") as Omit<RoutingPlan, "tenantId" | "version">;
  return { tenantId: text(row, "tenant_id"), version: integer(row, "version"), ...document };
}
