import type { LeadFacts } from "../lead/lead.ts";
import type { Closure, Decision, FollowUp, Release, Reopening } from "./log-record.ts";

export const FACTS: LeadFacts = {
  tenantId: "t",
  leadId: "lead",
  externalId: "",
  source: { channel: "web", campaign: "", referrer: "" },
  location: { latitudeDeg: null, longitudeDeg: null, postalCode: "", adminCode: "" },
  product: "",
  language: "",
  companyKey: "",
  attributes: {},
  intent: { status: null, timing: null },
  identityKeys: [],
  capturedAtMs: 0,
  score: 0,
};

const base = (cycle: number) => ({ tenantId: "t", leadId: "lead", cycle, atMs: cycle, operator: "test" });

/** A decision that gives the lead to a rep. */
export function decision(cycle: number, repId: string, changes: Partial<Decision> = {}): Decision {
  return {
    ...base(cycle),
    type: "decision",
    decisionId: `d${cycle}`,
    epoch: 1,
    outcome: { kind: "assigned", repId },
    via: "routed",
    planVersion: 1,
    nodeId: "team",
    territoryId: "",
    territoryRule: "polygon",
    segment: "all",
    charge: { loadMilli: 1000, credit: 1, turn: 1, floor: 0 },
    dueAtMs: null,
    facts: FACTS,
    explanation: null,
    ...changes,
  };
}

export function release(cycle: number, repId: string, changes: Partial<Release> = {}): Release {
  const to = { kind: "public", poolId: "pool" } as const;
  return { ...base(cycle), type: "release", repId, reason: "released", loadMilli: 1000, to, ...changes };
}

export function closure(cycle: number, repId: string): Closure {
  const ended = { result: "converted", reason: "won", repId, loadMilli: 1000, identityKeys: [] } as const;
  return { ...base(cycle), type: "closure", ...ended };
}

export function reopening(cycle: number): Reopening {
  return { ...base(cycle), type: "reopening", reason: "back" };
}

export function followUp(cycle: number, repId: string): FollowUp {
  return { ...base(cycle), type: "follow_up", repId, kind: "call", dueAtMs: null };
}
