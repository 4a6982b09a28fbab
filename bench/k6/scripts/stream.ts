/** Paced leads for the clients of the live stream, who listen in `stream-clients.ts`: k6 speaks no server-sent events. */
import type { Options } from "k6/options";
import { CHUNK_LEADS } from "../target.ts";
import { awaitDecided, readCounters, type Counters } from "./counters.ts";
import { nextLead } from "./lead-lines.ts";
import { acceptedLeads, failedLeads, NOTHING_FAILED, postLead } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  teardownTimeout: "90s",
  scenarios: {
    post: {
      executor: "constant-arrival-rate",
      exec: "post",
      rate: target.rate,
      duration: `${target.seconds}s`,
      preAllocatedVUs: 50,
      maxVUs: CHUNK_LEADS,
    },
  },
  thresholds: { leads_failed: NOTHING_FAILED },
};

export function setup(): Counters {
  return readCounters();
}

export function post(): void {
  const { status } = postLead(nextLead());
  (status === 202 ? acceptedLeads : failedLeads).add(1);
  (status === 202 ? failedLeads : acceptedLeads).add(0);
}

export function teardown(before: Counters): void {
  awaitDecided(before, 60);
}
