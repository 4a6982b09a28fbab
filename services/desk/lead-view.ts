import { Type, type Static, type TSchema } from "typebox";
import { LEAD_STATUSES, type LeadState } from "../core/domain/decision/lead-state.ts";
import { TERRITORY_RULES } from "../core/domain/decision/log-record.ts";
import { INTENT_STATUSES, INTENT_TIMINGS } from "../core/domain/lead/lead.ts";
import type { CompiledPlan } from "../core/domain/plan/compiled-plan.ts";

const Time = Type.String({ description: "ISO 8601, UTC" });
export const RepRef = Type.Object({ repId: Type.String(), name: Type.String() });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A lead as its readers see it. Holds no contact: nothing personal ever reaches the decision log (I12). */
export const LeadSchema = Type.Object(
  {
    leadId: Type.String(),
    externalId: Type.String(),
    state: Type.Enum([...LEAD_STATUSES]),
    cycle: Type.Integer({ description: "Ownership round; send it with a claim to claim exactly what was seen." }),
    owner: orNull(RepRef),
    nodeId: Type.String(),
    territoryId: Type.String(),
    territoryRule: Type.Enum([...TERRITORY_RULES]),
    poolId: orNull(Type.String()),
    decisionId: Type.String(),
    planVersion: Type.Integer(),
    reason: Type.String(),
    dueAt: orNull(Time),
    since: Time,
    lastFollowUpAt: orNull(Time),
    source: Type.Object({ channel: Type.String(), campaign: Type.String(), referrer: Type.String() }),
    location: Type.Object({
      latitude: orNull(Type.Number()),
      longitude: orNull(Type.Number()),
      postalCode: Type.String(),
      adminCode: Type.String(),
    }),
    product: Type.String(),
    intent: Type.Object({
      status: orNull(Type.Enum([...INTENT_STATUSES])),
      timing: orNull(Type.Enum([...INTENT_TIMINGS])),
    }),
    score: Type.Number(),
    duplicateOf: orNull(Type.String()),
    formerOwners: Type.Array(Type.Object({ repId: Type.String(), name: Type.String(), releasedAt: Time })),
  },
  { description: "A lead and its current assignment" },
);
export type LeadView = Static<typeof LeadSchema>;

export function leadView(state: LeadState, plan: CompiledPlan): LeadView {
  const { facts } = state;
  const { latitudeDeg: latitude, longitudeDeg: longitude, postalCode, adminCode } = facts.location;
  return {
    leadId: state.leadId,
    externalId: facts.externalId,
    state: state.status,
    cycle: state.cycle,
    owner: state.repId === null ? null : { repId: state.repId, name: repName(plan, state.repId) },
    nodeId: state.nodeId,
    territoryId: state.territoryId,
    territoryRule: state.territoryRule,
    poolId: state.poolId,
    decisionId: state.decisionId,
    planVersion: state.planVersion,
    reason: state.reason,
    dueAt: isoOrNull(state.dueAtMs),
    since: iso(state.sinceMs),
    lastFollowUpAt: isoOrNull(state.lastFollowUpAtMs),
    source: facts.source,
    location: { latitude, longitude, postalCode, adminCode },
    product: facts.product,
    intent: facts.intent,
    score: facts.score,
    duplicateOf: state.duplicateOf,
    formerOwners: state.formerOwners.map(({ repId, releasedAtMs }) => ({
      repId,
      name: repName(plan, repId),
      releasedAt: iso(releasedAtMs),
    })),
  };
}

/** Empty for a rep who is no longer in the plan. */
export function repName(plan: CompiledPlan, repId: string): string {
  return plan.rep(repId)?.rep.name ?? "";
}

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
