/** Claims: two reps want the same lead of a pool at the same moment, 50 times a second. Exactly one of them gets it. */
import http from "k6/http";
import exec from "k6/execution";
import { Counter } from "k6/metrics";
import type { Options } from "k6/options";
import { awaitDecided, readCounters } from "./counters.ts";
import { firstChunks } from "./lead-chunks.ts";
import { NOTHING_FAILED, postChunk } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { JSON_BODY, target } from "./target.ts";

export { handleSummary } from "./summary.ts";

const PAIRS_PER_SECOND = 50;
const PAGE = 200;
const won = new Counter("claims_won");
/** Both got it. */
const shared = new Counter("claims_shared");
/** Neither got it, or an answer that is neither 200 nor 409. */
const lost = new Counter("claims_lost");

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  setupTimeout: "180s",
  scenarios: {
    claims: {
      executor: "constant-arrival-rate",
      exec: "claim",
      rate: PAIRS_PER_SECOND,
      duration: `${target.seconds}s`,
      preAllocatedVUs: 50,
      maxVUs: 200,
    },
  },
  thresholds: {
    leads_failed: NOTHING_FAILED,
    claims_shared: NOTHING_FAILED,
    claims_lost: NOTHING_FAILED,
    claims_won: ["count>0"],
    "http_req_duration{kind:claim}": ["p(99)<=1000"],
  },
};

interface Claimable {
  readonly leadId: string;
  readonly repIds: readonly string[];
}

/** Fills the pools, and lists what is in them. */
export function setup(): readonly Claimable[] {
  const wanted = PAIRS_PER_SECOND * target.seconds;
  const before = readCounters();
  for (const chunk of firstChunks(Number.MAX_SAFE_INTEGER)) postChunk(chunk);
  awaitDecided(before, 60);
  let claimable: Claimable[] = [];
  // The store is a little behind the decisions.
  for (let tries = 0; tries < 50 && claimable.length < wanted; tries += 1) claimable = target.pools.flatMap(leadsOf);
  return claimable;
}

function leadsOf({ poolId, repIds }: { readonly poolId: string; readonly repIds: readonly string[] }): Claimable[] {
  const leads: Claimable[] = [];
  for (let after = ""; ;) {
    const url = `${target.desk}/v1/pools/${poolId}/leads?limit=${PAGE}${after}`;
    const page = http.get(url, { headers: target.headers }).json() as unknown as {
      readonly items: readonly { readonly leadId: string }[];
      readonly next: string | null;
    };
    leads.push(...page.items.map(({ leadId }) => ({ leadId, repIds })));
    if (page.next === null) return leads;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

export function claim(claimable: readonly Claimable[]): void {
  const index = exec.scenario.iterationInTest;
  const lead = claimable[index];
  if (lead === undefined) exec.test.abort("The pools are empty");
  const { leadId, repIds } = lead as Claimable;
  const claimants = [repIds[index % repIds.length], repIds[(index + 1) % repIds.length]];
  const answers = http.batch(
    claimants.map((repId) => [
      "POST",
      `${target.desk}/v1/leads/${leadId}/claim`,
      JSON.stringify({ repId }),
      { ...JSON_BODY, tags: { kind: "claim" }, responseCallback: http.expectedStatuses(200, 409) },
    ]),
  );
  const winners = answers.filter(({ status }) => status === 200).length;
  const losers = answers.filter(({ status }) => status === 409).length;
  won.add(winners === 1 && losers === 1 ? 1 : 0);
  shared.add(winners === 2 ? 1 : 0);
  lost.add(winners === 0 || winners + losers !== 2 ? 1 : 0);
}
