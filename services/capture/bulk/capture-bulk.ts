import type { CaptureLead, CaptureOutcome, LeadProblem } from "../capture-lead.ts";
import { describeProblem } from "../describe-problem.ts";
import type { BulkEntry } from "./read-bulk.ts";

/** One line of the answer to a bulk upload, in the order of the input. */
export type OutcomeLine =
  | { readonly line: number; readonly status: "accepted"; readonly leadId: string; readonly externalId: string }
  | {
      readonly line: number;
      readonly status: "rejected";
      readonly code: string;
      readonly pointer: string;
      readonly detail: string;
    }
  | { readonly line: number; readonly status: "failed"; readonly code: string; readonly detail: string };

export interface BulkOptions {
  readonly tenantId: string;
  readonly captureLead: CaptureLead;
  readonly maxLeads: number;
}

/** Leads whose appends one upload has under way; it reads on when they are durable. */
const STRIDE = 500;

/**
 * Captures the leads of an upload. A bad line stops no good one. Holds at most one stride of leads, whatever the size
 * of the upload; beyond `maxLeads` it says so and stops.
 */
export async function* captureBulk(
  batches: AsyncIterable<readonly BulkEntry[]>,
  { tenantId, captureLead, maxLeads }: BulkOptions,
): AsyncGenerator<readonly OutcomeLine[]> {
  let taken = 0;
  for await (const entries of batches) {
    for (let start = 0; start < entries.length; start += STRIDE) {
      const room = Math.min(STRIDE, maxLeads - taken);
      const stride = entries.slice(start, start + room);
      taken += stride.length;
      yield await Promise.all(
        stride.map(async (entry) =>
          entry.ok
            ? outcomeLine(entry.line, await captureLead(tenantId, entry.json))
            : rejectedLine(entry.line, entry.problem),
        ),
      );
      const refused = entries[start + stride.length];
      if (stride.length < STRIDE && refused !== undefined) {
        yield [tooManyLine(refused.line, `more than ${maxLeads} leads; this line and all after it were not read`)];
        return;
      }
    }
  }
}

export function tooManyLine(line: number, detail: string): OutcomeLine {
  return { line, status: "rejected", code: "BODY_TOO_LARGE", pointer: "", detail };
}

function outcomeLine(line: number, outcome: CaptureOutcome): OutcomeLine {
  switch (outcome.status) {
    case "accepted":
      return { line, ...outcome };
    case "rejected":
      return rejectedLine(line, outcome.problems[0] ?? { pointer: "", code: "LEAD_INVALID" });
    case "failed":
      return { line, status: "failed", code: outcome.fault.code, detail: outcome.fault.message };
  }
}

function rejectedLine(line: number, problem: LeadProblem): OutcomeLine {
  const { code, pointer, detail = describeProblem(code) } = problem;
  return { line, status: "rejected", code, pointer, detail };
}
