import { Fault } from "../../../domain/fault.ts";
import type { RoutingPlan } from "../../../domain/plan/routing-plan.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";
import { decodePlan } from "./plan-row.ts";

/** Each try is lost to a rival's success, so this is the number of publications of one tenant at one moment. */
const MAX_TRIES = 100;

const insertPlan = defineStatement({
  file: new URL("./publish-plan.sql", import.meta.url),
  encode({ tenantId, ...document }: Omit<RoutingPlan, "version">) {
    // Plain JSON: a json column keeps every escape, also those that jsonb refuses.
    return [tenantId, JSON.stringify({ ...document, version: undefined })];
  },
  decode: decodePlan,
});

export async function publishPlan(runner: SqlRunner, plan: Omit<RoutingPlan, "version">): Promise<RoutingPlan> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const published = await insertPlan(runner, plan);
    if (published !== null) return published;
  }
  throw new Fault("STORE_UNAVAILABLE", "Too many plans are being published at once.", { retriable: true });
}
