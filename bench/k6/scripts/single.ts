/** HTTP door, one lead a post: as many as the door takes from 64 callers who each wait for their answer. */
import type { Options } from "k6/options";
import { nextLead } from "./lead-lines.ts";
import { acceptedLeads, failedLeads, NOTHING_FAILED, postLead } from "./post-leads.ts";
import { TREND_STATS } from "./summary.ts";
import { target } from "./target.ts";

export { handleSummary } from "./summary.ts";

export const options: Options = {
  summaryTrendStats: TREND_STATS,
  scenarios: { post: { executor: "constant-vus", exec: "post", vus: 64, duration: `${target.seconds}s` } },
  thresholds: {
    leads_failed: NOTHING_FAILED,
    leads_accepted: ["rate>=500"],
    "http_req_duration{kind:single}": ["p(99)<250"],
  },
};

export function post(): void {
  const { status } = postLead(nextLead());
  (status === 202 ? acceptedLeads : failedLeads).add(1);
  (status === 202 ? failedLeads : acceptedLeads).add(0);
}
