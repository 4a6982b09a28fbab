/**
 * A router of its own, made of the product's parts, in which placing a lead called KILLER ends the process at once, as
 * the kernel does when memory runs out. Says "at rest" on standard output when all inputs are committed.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ROUTER_GROUP } from "../../services/core/ports/log.ts";
import { endOffsets } from "../../services/core/protocol/ledger-fold.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import { openBacking } from "../../services/fairlead/processes/open-backing.ts";
import { createProcessMetrics } from "../../services/fairlead/processes/process-metrics.ts";
import { createServiceContext, type ServiceContext } from "../../services/fairlead/processes/service-context.ts";
import { createRecovery, startRouting } from "../../services/fairlead/processes/start-routing.ts";
import { flowLogger } from "./flow-open.ts";

const KILLER = "killer";

const logger = flowLogger();
const lifecycle = createLifecycle(logger);
const config = loadConfig(process.env);
const clock = Date.now;
const backing = await openBacking({ config, name: "router-child", clock, logger, lifecycle });
const metrics = createProcessMetrics(logger);
const context = await createServiceContext({
  config,
  backing,
  clock,
  logger,
  metrics,
  lifecycle,
  processName: `router-${process.pid}`,
});
const mined = { ...context, plans: { ...context.plans, current: minedPlan } };
await startRouting(mined, createRecovery(mined));
while (!(await isAtRest(backing))) await delay(50);
console.log("at rest");
await lifecycle.close();

function minedPlan(tenantId: string): ReturnType<ServiceContext["plans"]["current"]> {
  const plan = context.plans.current(tenantId);
  return (
    plan && {
      ...plan,
      place(facts) {
        if (facts.externalId === KILLER) process.kill(process.pid, "SIGKILL");
        return plan.place(facts);
      },
    }
  );
}

async function isAtRest({ log: { leads } }: Backing): Promise<boolean> {
  const committed = await leads.committedOffsets(ROUTER_GROUP);
  const ends = await endOffsets(leads);
  return ends.every((end, partition) => end <= committed[partition]!);
}
