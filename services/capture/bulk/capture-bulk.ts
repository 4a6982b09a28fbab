import { setImmediate as nextTurn } from "node:timers/promises";
import type { Fault } from "../../core/domain/fault.ts";
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
  /** Resolves when more leads may be taken; to the fault that these are to fail with if that takes too long. */
  readonly room: () => Promise<Fault | null>;
  readonly maxLeads: number;
}

/** Leads whose appends one upload has under way; it reads on when they are durable. */
const STRIDE = 500;
/** Leads that are prepared in one turn of the event loop, some 2 ms: others ask this process for something, too. */
const AT_A_TIME = 32;

/**
 * Captures the leads of an upload. A bad line stops no good one. Holds at most one stride of leads, whatever the size
 * of the upload; beyond `maxLeads` it says so and stops.
 */
export async function* captureBulk(
  batches: AsyncIterable<readonly BulkEntry[]>,
  { tenantId, captureLead, room, maxLeads }: BulkOptions,
): AsyncGenerator<readonly OutcomeLine[]> {
  let taken = 0;
  for await (const entries of batches) {
    for (let start = 0; start < entries.length; start += STRIDE) {
      const stride = entries.slice(start, start + Math.min(STRIDE, maxLeads - taken));
      taken += stride.length;
      const fault = await room();
      let turn = Promise.resolve();
      yield await Promise.all(
        stride.map(async (entry, index) => {
          if (index % AT_A_TIME === 0) turn = turn.then(() => nextTurn());
          await turn;
          if (!entry.ok) return rejectedLine(entry.line, entry.problem);
          return outcomeLine(entry.line, fault === null ? await captureLead(tenantId, entry.json) : failed(fault));
        }),
      );
      const refused = entries[start + stride.length];
      if (stride.length < STRIDE && refused !== undefined) {
        yield [tooManyLine(refused.line, `more than ${maxLeads} leads; this line and all after it were not read`)];
        return;
      }
    }
  }
}

const failed = (fault: Fault): CaptureOutcome => ({ status: "failed", fault });

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
