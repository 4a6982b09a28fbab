import http from "k6/http";
import { Counter } from "k6/metrics";
import { textOf } from "./text-of.ts";
import { JSON_BODY, NDJSON, target } from "./target.ts";

export const acceptedLeads = new Counter("leads_accepted");
/** Anything but 202 to good leads: lines that failed, problems, broken connections. */
export const failedLeads = new Counter("leads_failed");

export const NOTHING_FAILED = ["count==0"];

/** Uploads NDJSON. @returns the ids of the leads that were accepted */
export function postChunk(chunk: string): readonly string[] {
  const lines = chunk.split("\n").length;
  const answer = http.post(`${target.capture}/v1/leads`, chunk, {
    ...NDJSON,
    tags: { kind: "upload" },
    timeout: "120s",
  });
  const ids = Array.from(textOf(answer).matchAll(/"accepted","leadId":"([^"]+)"/gu), ([, id]) => id ?? "");
  acceptedLeads.add(ids.length);
  failedLeads.add(lines - ids.length);
  return ids;
}

export function postLead(lead: string) {
  return http.post(`${target.capture}/v1/leads`, lead, { ...JSON_BODY, tags: { kind: "single" } });
}
