/**
 * Routing throughput: leads uploaded, decisions seen by the counters of /metrics. The rate is that of all leads from the
 * first upload to the last decision, so that a backlog left behind counts.
 */
import type { Options } from "k6/options";
import { Counter, Trend } from "k6/metrics";
import { awaitDecided, readCounters, type Counters } from "./counters.ts";
import { nextChunk } from "./lead-chunks.ts";
import { NOTHING_FAILED, postChunk } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

const DRAIN_SECONDS = 120;
const routedPerSecond = new Trend("leads_routed_per_second");
const undecided = new Counter("leads_undecided");

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  teardownTimeout: `${DRAIN_SECONDS + 30}s`,
  scenarios: { upload: { executor: "constant-vus", exec: "upload", vus: 4, duration: `${target.seconds}s` } },
  thresholds: {
    leads_failed: NOTHING_FAILED,
    leads_undecided: NOTHING_FAILED,
    leads_routed_per_second: [`min>=${target.rate}`],
  },
};

interface Start {
  readonly before: Counters;
  readonly atMs: number;
}

export function setup(): Start {
  return { before: readCounters(), atMs: Date.now() };
}

export function upload(): void {
  postChunk(nextChunk());
}

export function teardown({ before, atMs }: Start): void {
  const { missing, decided } = awaitDecided(before, DRAIN_SECONDS);
  undecided.add(missing);
  routedPerSecond.add((decided * 1_000) / (Date.now() - atMs));
}
