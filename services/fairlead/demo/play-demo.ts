import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { RoutingPlan } from "../../core/domain/plan/routing-plan.ts";
import { demoBanner } from "./banner.ts";
import { quantileMs, readDecisionBuckets, type Bucket } from "./decision-quantile.ts";
import type { Geography } from "./geography.ts";
import { createHttpActions } from "./http-actions.ts";
import { loadAreaCodes } from "./lead-contact.ts";
import { createDemoLeads } from "./lead-stream.ts";
import { postLeads, waitForOwner } from "./post-leads.ts";
import { createSimulatedReps } from "./simulated-reps.ts";
import { createStatusLine, type LineOutput } from "./status-line.ts";

export interface DemoOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly plan: Pick<RoutingPlan, "reps" | "pools" | "territories" | "orgNodes">;
  readonly geography: Geography;
  readonly leadsPerSecond: number;
  readonly startIndex: number;
  /** Called with the number of the next lead before it is posted, so that a restart goes on behind it. */
  readonly onProgress: (nextIndex: number) => Promise<void>;
  /** Leads by what they are now. */
  readonly statusCounts: () => Promise<ReadonlyMap<string, number>>;
  readonly output: LineOutput;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const DEMO_SEED = 2026;
const POST_EVERY_MS = 200;
const LARGEST_POST = 500;
const TICK_MS = 1_000;
/** Five visits at a time spread the reads evenly; every rep looks at his leads once in about 40 s. */
const REP_TICK_MS = 200;
const VISITS_PER_TICK = 5;
const ACTIONS_PER_TICK = 60;
/** The quantile looks at about this much of the past. */
const QUANTILE_READINGS = 60;

/** Plays leads and reps against a running Fairlead until the signal; everything goes through its HTTP door. */
export async function playDemo(options: DemoOptions): Promise<void> {
  const { signal } = options;
  const progress = { captured: 0 };
  const playing = Promise.all([
    untilAborted(signal, playLeads(options, progress)),
    untilAborted(signal, playReps(options)),
    untilAborted(signal, showStatus(options, progress)),
  ]);
  await showBanner(options);
  await playing;
}

/** Commands around the first lead that found an owner: his private pool, and the public pool of his team. */
async function showBanner({ baseUrl, headers, plan, output, signal }: DemoOptions): Promise<void> {
  const lead = await waitForOwner(baseUrl, headers, signal);
  const pool = plan.pools.find(({ nodeId }) => nodeId === lead?.nodeId) ?? plan.pools[0];
  if (lead === null || pool === undefined) return;
  const { leadId, repId, near, nodeId } = lead;
  output.write(`\n${demoBanner({ baseUrl, leadId, repId, poolId: pool.poolId, near, nodeId })}\n`);
}

/** A demo whose service is closed has ended; anything else should be seen. */
async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function playLeads(options: DemoOptions, progress: { captured: number }): Promise<void> {
  const { baseUrl, headers, plan, geography, leadsPerSecond, startIndex, onProgress, clock, signal } = options;
  const areaCodes = await loadAreaCodes();
  const { places } = geography;
  const leads = createDemoLeads({ seed: DEMO_SEED, plan, startIndex, places, areaCodes, clock });
  // Not `leads.take(count)`: that would end the generator.
  const nextLeads = (count: number) => Array.from({ length: count }, () => leads.next().value);
  const startMs = clock();
  let posted = 0;
  while (!signal.aborted) {
    const due = Math.floor(((clock() - startMs) / 1000) * leadsPerSecond) - posted;
    const count = Math.min(LARGEST_POST, due);
    if (count > 0) {
      await onProgress(startIndex + posted + count);
      progress.captured += await postLeads(baseUrl, headers, nextLeads(count));
      posted += count;
    }
    await delay(POST_EVERY_MS, undefined, { signal });
  }
}

async function playReps({ baseUrl, headers, plan, clock, signal }: DemoOptions): Promise<void> {
  const api = createHttpActions(baseUrl, headers);
  const poolOf = new Map(plan.pools.map(({ nodeId, poolId }) => [nodeId, poolId]));
  const simulated = createSimulatedReps({
    api,
    seed: DEMO_SEED,
    reps: plan.reps.filter(({ active }) => active),
    visitsPerTick: VISITS_PER_TICK,
    actionsPerTick: ACTIONS_PER_TICK,
    poolsOf: ({ nodeIds }) => nodeIds.flatMap((nodeId) => poolOf.get(nodeId) ?? []),
  });
  while (!signal.aborted) {
    await simulated.tick(clock());
    await delay(REP_TICK_MS, undefined, { signal });
  }
}

async function showStatus(options: DemoOptions, progress: { captured: number }): Promise<void> {
  const { baseUrl, statusCounts, leadsPerSecond, output, clock, signal } = options;
  const line = createStatusLine(output);
  const readings: (readonly Bucket[])[] = [];
  signal.addEventListener("abort", () => line.end(), { once: true });
  while (!signal.aborted) {
    const response = await fetch(`${baseUrl}/metrics`, { signal });
    readings.push(readDecisionBuckets(await response.text()));
    const counts = await statusCounts();
    const count = (status: string): number => counts.get(status) ?? 0;
    const figures = {
      captured: progress.captured,
      owned: count("owned"),
      parked: count("parked"),
      public: count("public"),
      converted: count("converted"),
      p99DecisionMs: quantileMs(readings.at(-1) ?? [], readings[0] ?? [], 0.99),
      leadsPerSecond,
    };
    line.show(figures, clock());
    if (readings.length > QUANTILE_READINGS) readings.shift();
    await delay(TICK_MS, undefined, { signal });
  }
}
