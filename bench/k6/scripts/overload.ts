/**
 * Three times as many single posts as the door can take. It says no in time (429 or 503, each with Retry-After), its memory
 * stays where it is, what it takes it takes quickly, and all of that is decided.
 */
import { sleep } from "k6";
import exec from "k6/execution";
import { Counter, Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { awaitDecided, readCounters, type Counters } from "./counters.ts";
import { nextLead } from "./lead-lines.ts";
import { acceptedLeads, NOTHING_FAILED, postLead } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

const DRAIN_SECONDS = 90;
const MOST_VUS = 1_500;
const CONNECTING_SECONDS = 10;
const HALF_MAXIMUM = Math.round(target.rate / 6);
const refused = new Counter("posts_refused");
const withoutRetryAfter = new Counter("refusals_without_retry_after");
/** Neither 202, 429 nor 503, a broken connection included. */
const unexpected = new Counter("posts_unexpected");
const acceptedMs = new Trend("accepted_duration", true);
/** Before the storm: those whose connection is still to be taken. */
const connectingMs = new Trend("accepted_while_connecting", true);
const residentMib = new Trend("resident_mib");
const undecided = new Counter("leads_undecided");

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  teardownTimeout: `${DRAIN_SECONDS + 30}s`,
  scenarios: {
    posts: {
      executor: "ramping-arrival-rate",
      exec: "post",
      startRate: HALF_MAXIMUM,
      preAllocatedVUs: MOST_VUS,
      stages: [
        // Callers keep their connections. Node takes one new one a turn of its event loop, so they are made before the storm.
        { target: HALF_MAXIMUM, duration: `${CONNECTING_SECONDS}s` },
        { target: target.rate, duration: "1s" },
        { target: target.rate, duration: `${target.seconds}s` },
      ],
    },
    memory: {
      executor: "constant-vus",
      exec: "watchMemory",
      vus: 1,
      duration: `${target.seconds + CONNECTING_SECONDS}s`,
    },
  },
  thresholds: {
    posts_unexpected: NOTHING_FAILED,
    refusals_without_retry_after: NOTHING_FAILED,
    posts_refused: ["count>0"],
    leads_undecided: NOTHING_FAILED,
    accepted_duration: ["p(99)<=2000"],
    resident_mib: [`max<=${1_024 * target.metrics.length}`],
  },
};

export function setup(): Counters {
  return readCounters();
}

export function post(): void {
  const { status, headers, timings } = postLead(nextLead());
  const isRefused = status === 429 || status === 503;
  acceptedLeads.add(status === 202 ? 1 : 0);
  refused.add(isRefused ? 1 : 0);
  withoutRetryAfter.add(isRefused && !(Number(headers["Retry-After"]) > 0) ? 1 : 0);
  unexpected.add(status !== 202 && !isRefused ? 1 : 0);
  if (status !== 202) return;
  const isStorm = Date.now() - exec.scenario.startTime > CONNECTING_SECONDS * 1_000;
  (isStorm ? acceptedMs : connectingMs).add(timings.duration);
}

export function watchMemory(): void {
  residentMib.add(readCounters().residentBytes / 2 ** 20);
  sleep(1);
}

export function teardown(before: Counters): void {
  undecided.add(awaitDecided(before, DRAIN_SECONDS).missing);
}
