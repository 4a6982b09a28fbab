import type { CapturedLead, LocationDatum } from "../domain/lead/captured-lead.ts";
import type { AttributeValue, IntentStatus, IntentTiming, LeadFacts, LeadRequest } from "../domain/lead/lead.ts";

const NO_BYTES = new Uint8Array(0);

/** A lead while it is being read, from protobuf or JSON; nothing in it is checked yet. */
export class LeadDraft {
  tenantId = "";
  leadId = "";
  externalId = "";
  channel = "";
  campaign = "";
  referrer = "";
  contactName = "";
  phone = "";
  email = "";
  companyName = "";
  registrationNumber = "";
  latitudeDeg: number | null = null;
  longitudeDeg: number | null = null;
  postalCode = "";
  adminCode = "";
  address = "";
  datum = "";
  product = "";
  language = "";
  attributes: Record<string, AttributeValue> = {};
  /** Keys whose values are lists, objects or not finite, or that no object may have. */
  badAttributes: string[] = [];
  intentStatus = "";
  intentTiming = "";
  capturedAtMs = 0;
  /** What the door adds. */
  prepared = false;
  identityKeys: string[] = [];
  score = 0;
  cycle = 0;
  sealedContact: Uint8Array = NO_BYTES;
  companyKey = "";
  rerouteReason = "";
  excludedRepIds: string[] = [];
  rejectedReason = "";
}

/** `__proto__` would vanish in an object, so it is refused rather than lost. */
export function setAttribute(draft: LeadDraft, key: string, value: AttributeValue | undefined): void {
  const usable = value !== undefined && key !== "__proto__" && (typeof value !== "number" || Number.isFinite(value));
  if (usable) draft.attributes[key] = value;
  else draft.badAttributes.push(key);
}

/** Only for a draft whose intent was checked. */
export function factsOf(draft: LeadDraft): LeadFacts {
  return {
    tenantId: draft.tenantId,
    leadId: draft.leadId,
    externalId: draft.externalId,
    source: { channel: draft.channel, campaign: draft.campaign, referrer: draft.referrer },
    location: {
      latitudeDeg: draft.latitudeDeg,
      longitudeDeg: draft.longitudeDeg,
      postalCode: draft.postalCode,
      adminCode: draft.adminCode,
    },
    product: draft.product,
    language: draft.language,
    companyKey: draft.companyKey,
    attributes: draft.attributes,
    intent: intentOf(draft),
    identityKeys: draft.identityKeys,
    capturedAtMs: draft.capturedAtMs,
    score: draft.score,
  };
}

/** Only for a draft whose intent was checked. */
export function leadRequestOf(draft: LeadDraft): LeadRequest {
  return {
    facts: factsOf(draft),
    sealedContact: draft.sealedContact,
    cycle: draft.cycle,
    rerouteReason: draft.rerouteReason,
    excludedRepIds: draft.excludedRepIds,
    rejectedReason: draft.rejectedReason,
  };
}

/** Only for a draft without problems. */
export function capturedLeadOf(draft: LeadDraft): CapturedLead {
  return {
    tenantId: draft.tenantId,
    leadId: draft.leadId,
    externalId: draft.externalId,
    source: { channel: draft.channel, campaign: draft.campaign, referrer: draft.referrer },
    contact: { name: draft.contactName, phone: draft.phone, email: draft.email },
    company: { name: draft.companyName, registrationNumber: draft.registrationNumber },
    location: {
      latitudeDeg: draft.latitudeDeg,
      longitudeDeg: draft.longitudeDeg,
      datum: draft.datum as LocationDatum,
      postalCode: draft.postalCode,
      adminCode: draft.adminCode,
      address: draft.address,
    },
    product: draft.product,
    language: draft.language,
    attributes: draft.attributes,
    intent: intentOf(draft),
    capturedAtMs: draft.capturedAtMs,
  };
}

function intentOf({ intentStatus, intentTiming }: LeadDraft): CapturedLead["intent"] {
  return {
    status: intentStatus === "" ? null : (intentStatus as IntentStatus),
    timing: intentTiming === "" ? null : (intentTiming as IntentTiming),
  };
}
