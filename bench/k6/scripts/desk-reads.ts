/** Desk reads, 500 a second, while leads are routed at the given rate: p99 of all reads is what a dashboard feels. */
import http from "k6/http";
import exec from "k6/execution";
import { Counter } from "k6/metrics";
import type { Options } from "k6/options";
import { CHUNK_LEADS } from "../target.ts";
import { awaitDecided, readCounters } from "./counters.ts";
import { firstChunks, nextChunk } from "./lead-chunks.ts";
import { NOTHING_FAILED, postChunk } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

const READS_PER_SECOND = 500;
const SEEDED_CHUNKS = 8;
/** Reads of all kinds before those that are measured: what has never run is compiled first, by desk, database and k6. */
const WARM_UP_READS = 1_500;
const readFailed = new Counter("reads_failed");

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  setupTimeout: "120s",
  scenarios: {
    routing: {
      executor: "constant-arrival-rate",
      exec: "upload",
      rate: Math.round(target.rate / CHUNK_LEADS),
      duration: `${target.seconds}s`,
      preAllocatedVUs: 4,
    },
    reads: {
      executor: "constant-arrival-rate",
      exec: "read",
      rate: READS_PER_SECOND,
      duration: `${target.seconds}s`,
      preAllocatedVUs: 100,
      maxVUs: 400,
    },
  },
  thresholds: {
    leads_failed: NOTHING_FAILED,
    reads_failed: NOTHING_FAILED,
    "http_req_duration{kind:read}": ["p(99)<=20"],
    // Not their rate: k6 divides by a time that the warm-up is part of.
    "http_reqs{kind:read}": [`count>=${0.9 * READS_PER_SECOND * target.seconds}`],
    dropped_iterations: ["count<=100"],
  },
};

/** Leads to read. They are in the store soon after they are decided. */
export function setup(): readonly string[] {
  const before = readCounters();
  const leadIds = firstChunks(SEEDED_CHUNKS).flatMap(postChunk);
  awaitDecided(before, 60);
  const last = leadIds.at(-1) ?? "";
  for (let tries = 0; tries < 100; tries += 1) {
    if (http.get(`${target.desk}/v1/leads/${last}`, { headers: target.headers }).status === 200) break;
  }
  for (let index = 0; index < WARM_UP_READS; index += 1) ask(leadIds, index, "warm-up");
  return leadIds;
}

export function upload(): void {
  postChunk(nextChunk(SEEDED_CHUNKS));
}

const pick = <T>(items: readonly T[], index: number): T | undefined => items[(index * 7_919) % items.length];

export function read(leadIds: readonly string[]): void {
  ask(leadIds, exec.scenario.iterationInTest, "read");
}

/** What a dashboard asks for, in the shares of one that shows leads and sometimes lists. */
function ask(leadIds: readonly string[], index: number, kind: "read" | "warm-up"): void {
  const leadId = pick(leadIds, index);
  const repId = pick(target.repIds, index);
  const pool = pick(target.pools, index);
  const paths = [
    ["lead", `/v1/leads/${leadId}`],
    ["lead", `/v1/leads/${leadId}`],
    ["lead", `/v1/leads/${leadId}`],
    ["history", `/v1/leads/${leadId}/history`],
    ["explanation", `/v1/leads/${leadId}/explanation`],
    ["private-pool", `/v1/reps/${repId}/private-pool?limit=20`],
    ["private-pool", `/v1/reps/${repId}/private-pool?limit=20`],
    ["pool", `/v1/pools/${pool?.poolId}/leads?limit=20`],
  ] as const;
  const [name, path] = paths[index % paths.length] ?? paths[0];
  const tags = { kind, read: name };
  // Nobody looks at the bodies, and to keep them takes k6 processors that the reads wait for.
  const { status } = http.get(target.desk + path, { headers: target.headers, tags, responseType: "none" });
  readFailed.add(status === 200 ? 0 : 1);
}
