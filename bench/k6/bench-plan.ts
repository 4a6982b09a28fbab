import type { Policy, Segment } from "../../services/core/domain/matching/policy.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";
import { createDemoLeads, type DemoLead } from "../../services/fairlead/demo/lead-stream.ts";
import { loadAreaCodes } from "../../services/fairlead/demo/lead-contact.ts";
import { loadGeography } from "../../services/fairlead/demo/geography.ts";
import { createLeadPool } from "../pipeline/lead-pool.ts";
import { CHUNK_LEADS, CHUNK_SEPARATOR, POOL_CHANNEL, type Target } from "./target.ts";

export type BenchPlan = Omit<RoutingPlan, "version">;

const SEED = 11;
const TO_POOL: Segment = {
  name: "bench pool",
  when: [{ field: "channel", operator: "equals", value: POOL_CHANNEL }],
  loadMilli: 500,
  steps: [],
  fallback: { kind: "public", poolId: null },
};

/** The plan of `bench/pipeline`: the demo's, with everybody on shift and room for all. Here with a way to the pools. */
export async function createBenchPlan(): Promise<BenchPlan> {
  const { plan } = await createLeadPool(0, "on-shift");
  return {
    ...plan,
    pools: plan.pools.map((pool) => ({ ...pool, coolDownMs: 0, freezeMs: 0 })),
    policies: plan.policies.map((policy): Policy => ({ ...policy, segments: [TO_POOL, ...policy.segments] })),
    reps: plan.reps.map((rep) => ({ ...rep, limits: { ...rep.limits, claimsPerDay: null } })),
  };
}

/** Names that reads and claims use. Some of the demo's reps have left, and claim nothing. */
export function placesOf({ pools, reps, orgNodes }: BenchPlan): Pick<Target, "pools" | "nodeIds" | "repIds"> {
  const present = reps.filter(({ active }) => active);
  return {
    pools: pools
      .map(({ poolId, nodeId }) => ({
        poolId,
        repIds: present.filter(({ nodeIds }) => nodeIds.includes(nodeId)).map(({ repId }) => repId),
      }))
      .filter(({ repIds }) => repIds.length > 1),
    nodeIds: orgNodes.map(({ nodeId }) => nodeId),
    repIds: reps.map(({ repId }) => repId),
  };
}

/** Demo leads as text, never the same twice: k6 builds no leads itself, since it shares the machine with what it measures. */
export async function createLeadTexts({ territories }: Pick<BenchPlan, "territories">) {
  const { places } = await loadGeography();
  const stream = createDemoLeads({
    seed: SEED,
    plan: { territories },
    // Another run is another customer base.
    startIndex: Math.floor(Date.now() / 1_000),
    places,
    areaCodes: await loadAreaCodes(),
    clock: Date.now,
  });
  return function chunks(count: number, channel?: string): string {
    const texts: string[] = [];
    for (let chunk = 0; chunk < count; chunk += 1) {
      const leads = Array.from({ length: CHUNK_LEADS }, () => withChannel(stream.next().value, channel));
      texts.push(leads.map((lead) => JSON.stringify(lead)).join("\n"));
    }
    return texts.join(CHUNK_SEPARATOR);
  };
}

function withChannel(lead: DemoLead, channel: string | undefined): object {
  return channel === undefined ? lead : { ...lead, source: { ...lead.source, channel } };
}
