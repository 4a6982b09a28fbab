/** HTTP door, uploads of 250 leads: as many as the door makes durable for four callers, the most it serves at once. */
import type { Options } from "k6/options";
import { nextChunk } from "./lead-chunks.ts";
import { NOTHING_FAILED, postChunk } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  scenarios: { upload: { executor: "constant-vus", exec: "upload", vus: 4, duration: `${target.seconds}s` } },
  thresholds: {
    leads_failed: NOTHING_FAILED,
    leads_accepted: ["rate>=3000"],
    "http_req_duration{kind:upload}": ["p(99)<1000"],
  },
};

export function upload(): void {
  postChunk(nextChunk());
}
