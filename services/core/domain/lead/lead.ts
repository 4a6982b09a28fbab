/** Declared intent, a closed list (SPEC §3). */
export const INTENT_STATUSES = ["qualified", "interested", "hot", "on_hold", "inactive"] as const;
export type IntentStatus = (typeof INTENT_STATUSES)[number];

/** Purchase timing: A within one month, B two to three months, C eventually (4S wording: 准购, 意向, 潜在). */
export const INTENT_TIMINGS = ["within_1_month", "within_3_months", "eventually"] as const;
export type IntentTiming = (typeof INTENT_TIMINGS)[number];

/** Where a lead came from. Mandatory, and it survives to every report. */
export interface LeadSource {
  readonly channel: string;
  readonly campaign: string;
  readonly referrer: string;
}

/** WGS-84 position, or codes when there is no point. */
export interface LeadLocation {
  readonly latitudeDeg: number | null;
  readonly longitudeDeg: number | null;
  readonly postalCode: string;
  readonly adminCode: string;
}

export interface LeadIntent {
  readonly status: IntentStatus | null;
  readonly timing: IntentTiming | null;
}

export type AttributeValue = string | number | boolean;

/**
 * Everything routing may know of a lead. Holds no name, phone or e-mail, so it may travel to the decision log, Redis
 * and Postgres in clear (I12).
 */
export interface LeadFacts {
  readonly tenantId: string;
  readonly leadId: string;
  readonly externalId: string;
  readonly source: LeadSource;
  readonly location: LeadLocation;
  readonly product: string;
  readonly language: string;
  /** Company normal form, for named accounts; empty if unknown. */
  readonly companyKey: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly intent: LeadIntent;
  /** Keyed hashes of strong identities (phone, e-mail, registration number); equal keys are one customer. */
  readonly identityKeys: readonly string[];
  readonly capturedAtMs: number;
  readonly score: number;
}

/** Personal data of a lead. Only the capture door and a permitted reader ever hold it unsealed. */
export interface Contact {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
}

/** One record of the leads topic: a request to give a lead its decision for one cycle. */
export interface LeadRequest {
  readonly facts: LeadFacts;
  /** The contact as only a holder of the contact key can read it; empty if the lead has none. */
  readonly sealedContact: Uint8Array;
  /** The ownership round asked for: 1 for a new lead, one more than the last round for a re-route. */
  readonly cycle: number;
  /** Why a lead comes again; empty for a new lead. */
  readonly rerouteReason: string;
  /** Reps that may not get this lead in this round, as its silent former owner. */
  readonly excludedRepIds: readonly string[];
  /** Set when the lead must not be routed at all, with the reason code (unreachable number, blocked source). */
  readonly rejectedReason: string;
}
