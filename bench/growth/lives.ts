import type { Closure, Decision, FollowUp, LeadRecord } from "../../services/core/domain/decision/log-record.ts";
import { decisionId } from "../../services/core/domain/decision/decision-id.ts";

/** Leads that are open at a time: the log grows, the business does not. */
export const OPEN_LEADS = 100_000;
/** Odd, so that no two leads get the same id; large, so that ids are as scattered as those of the door. */
const SCATTER = 0x9e37_79b1;
const DAY_MS = 86_400_000;

/**
 * The `index`-th lead is decided, and one that was decided long before is called and then closed. Leads and customers are
 * all different; the rest of a decision is that of a template.
 */
export function recordsAt(index: number, templates: readonly Decision[]): readonly LeadRecord[] {
  const decided = decisionAt(index, templates);
  if (index < OPEN_LEADS) return [decided];
  const { tenantId, leadId, cycle, outcome, charge, facts } = decisionAt(index - OPEN_LEADS, templates);
  const repId = outcome.kind === "assigned" ? outcome.repId : "";
  const base = { tenantId, leadId, cycle, operator: repId, repId, atMs: decided.atMs };
  const followUp: FollowUp = { ...base, type: "follow_up", kind: "call", dueAtMs: decided.atMs + DAY_MS };
  const { loadMilli } = charge;
  const { identityKeys } = facts;
  const closure: Closure = { ...base, type: "closure", result: "converted", reason: "won", loadMilli, identityKeys };
  return [decided, followUp, closure];
}

function decisionAt(index: number, templates: readonly Decision[]): Decision {
  const template = templates[index % templates.length]!;
  const scattered = (Math.imul(index, SCATTER) >>> 0).toString(16).padStart(8, "0");
  const leadId = `${scattered}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
  const prefix = index.toString(36).padStart(8, "0");
  const identityKeys = template.facts.identityKeys.map((key) => prefix + key.slice(prefix.length));
  return {
    ...template,
    leadId,
    decisionId: decisionId(template.tenantId, leadId, 1),
    atMs: template.atMs + index,
    charge: { ...template.charge, turn: index + 1 },
    facts: { ...template.facts, leadId, identityKeys, capturedAtMs: template.atMs + index },
  };
}
