import { Fault } from "../core/domain/fault.ts";
import type { CapturedLead } from "../core/domain/lead/captured-lead.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { Topic } from "../core/ports/log.ts";
import { createAppendLeads } from "./append-leads.ts";

/** What is wrong with a lead. The pointer is into its JSON form, and the value is never told. */
export interface LeadProblem {
  readonly pointer: string;
  readonly code: string;
  readonly detail?: string;
}

/** JSON form of a lead to the captured lead; `capturedLeadFromJson` of core/wire. */
export type ReadLead = (
  json: unknown,
) =>
  | { readonly ok: true; readonly value: CapturedLead }
  | { readonly ok: false; readonly problems: readonly LeadProblem[] };

/** Cleanse, identify and seal. The same externalId and source channel always give the same lead id. */
export type PrepareLead = (tenantId: string, lead: CapturedLead) => LeadRequest;

export interface CaptureLeadDeps {
  readonly leads: Pick<Topic<LeadRequest>, "append">;
  /** Partition of the leads topic. */
  readonly partitionOf: (tenantId: string, leadId: string) => number;
  readonly readLead: ReadLead;
  readonly prepare: PrepareLead;
  readonly maxWaiting?: number;
}

export type CaptureOutcome =
  /** Durable in the leads topic. */
  | { readonly status: "accepted"; readonly leadId: string; readonly externalId: string }
  /** Wrong, and wrong again when repeated. */
  | { readonly status: "rejected"; readonly problems: readonly LeadProblem[] }
  /** Fate unknown; repeating is safe. */
  | { readonly status: "failed"; readonly fault: Fault };

const MAX_WAITING = 10_000;
const FOREIGN_TENANT: LeadProblem = { pointer: "/tenantId", code: "not_in_list", detail: "is not the caller's tenant" };

/** The one way of a lead into the system, for single posts and for every line of a bulk: read → prepare → append. */
export function createCaptureLead(deps: CaptureLeadDeps) {
  const { leads, partitionOf, readLead, prepare, maxWaiting = MAX_WAITING } = deps;
  const appendLead = createAppendLeads({ leads, maxWaiting });

  return async function captureLead(tenantId: string, json: unknown): Promise<CaptureOutcome> {
    const read = readLead(json);
    if (!read.ok) return { status: "rejected", problems: read.problems };
    // A record of the topic may name its tenant; a caller has one already.
    if (read.value.tenantId !== "" && read.value.tenantId !== tenantId) {
      return { status: "rejected", problems: [FOREIGN_TENANT] };
    }
    const request = prepare(tenantId, read.value);
    const { leadId, externalId } = request.facts;
    try {
      await appendLead(partitionOf(tenantId, leadId), request);
    } catch (error) {
      if (error instanceof Fault && error.retriable) return { status: "failed", fault: error };
      throw error;
    }
    return { status: "accepted", leadId, externalId };
  };
}

export type CaptureLead = ReturnType<typeof createCaptureLead>;
