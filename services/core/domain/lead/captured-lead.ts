import type { AttributeValue, Contact, LeadIntent, LeadSource } from "./lead.ts";

/** The largest lead a capture system may send, as protobuf. */
export const MAX_LEAD_BYTES = 65_536;

/** Longest texts of a captured lead, in UTF-16 code units, and most attributes. */
export const LEAD_LIMITS = {
  idLength: 128,
  nameLength: 256,
  addressLength: 1_024,
  urlLength: 2_048,
  attributeCount: 100,
  attributeKeyLength: 64,
  attributeValueLength: 1_024,
} as const;

/** Which ellipsoid and offset a position is in; Chinese maps give GCJ-02. Empty means WGS-84. */
export const LOCATION_DATUMS = ["", "WGS-84", "GCJ-02"] as const;
export type LocationDatum = (typeof LOCATION_DATUMS)[number];

export interface LeadCompany {
  readonly name: string;
  readonly registrationNumber: string;
}

/** Where the customer says they are, not yet converted to WGS-84. */
export interface CapturedLocation {
  /** Both coordinates or neither. */
  readonly latitudeDeg: number | null;
  readonly longitudeDeg: number | null;
  readonly datum: LocationDatum;
  readonly postalCode: string;
  readonly adminCode: string;
  readonly address: string;
}

/** A lead as a capture system sent it: within limits, but not cleansed, not identified, and with its contact in clear. */
export interface CapturedLead {
  /** Empty if the door must add it. */
  readonly tenantId: string;
  /** Empty if the door must derive it. */
  readonly leadId: string;
  readonly externalId: string;
  readonly source: LeadSource;
  readonly contact: Contact;
  readonly company: LeadCompany;
  readonly location: CapturedLocation;
  readonly product: string;
  readonly language: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly intent: LeadIntent;
  /** 0 if the capture system didn't say. */
  readonly capturedAtMs: number;
}
