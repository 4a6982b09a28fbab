import { LEAD_LIMITS, LOCATION_DATUMS } from "../domain/lead/captured-lead.ts";
import { INTENT_STATUSES, INTENT_TIMINGS } from "../domain/lead/lead.ts";
import type { LeadDraft } from "./lead-draft.ts";

export type LeadProblemCode =
  | "field_unknown"
  | "not_in_list"
  | "out_of_range"
  | "required"
  | "text_malformed"
  | "too_large"
  | "too_long"
  | "too_many"
  | "wrong_type";

export interface LeadProblem {
  /** JSON pointer into the lead. */
  readonly pointer: string;
  readonly code: LeadProblemCode;
}

const { idLength, nameLength, addressLength, urlLength } = LEAD_LIMITS;
/** A `Date` holds no later time (ECMA-262), and Postgres would hold it. */
const LAST_DATE_MS = 8_640_000_000_000_000;
const STATUSES: ReadonlySet<string> = new Set(["", ...INTENT_STATUSES]);
const TIMINGS: ReadonlySet<string> = new Set(["", ...INTENT_TIMINGS]);
const DATUMS: ReadonlySet<string> = new Set(LOCATION_DATUMS);

/** Everything that is wrong with a lead from outside, whichever door it came through. */
export function problemsOf(draft: LeadDraft): readonly LeadProblem[] {
  const problems: LeadProblem[] = [];
  if (draft.channel === "") problems.push({ pointer: "/source/channel", code: "required" });
  if (!(draft.capturedAtMs >= 0 && draft.capturedAtMs <= LAST_DATE_MS)) {
    problems.push({ pointer: "/capturedAtMs", code: "out_of_range" });
  }
  checkTexts(problems, draft);
  checkLocation(problems, draft);
  checkIntent(problems, draft);
  checkAttributes(problems, draft);
  return problems;
}

/** Adds what is wrong with a declared intent; the decision log is held to it too. */
export function checkIntent(problems: LeadProblem[], draft: LeadDraft): void {
  if (!STATUSES.has(draft.intentStatus)) problems.push({ pointer: "/intent/status", code: "not_in_list" });
  if (!TIMINGS.has(draft.intentTiming)) problems.push({ pointer: "/intent/timing", code: "not_in_list" });
}

/** One token of a JSON pointer (RFC 6901). */
export const pointerToken = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * The name by which records are refused, as `location.latitude`. Attribute keys are the sender's words and might be
 * anything, so they are left out.
 */
export function fieldOf({ pointer }: LeadProblem): string {
  return pointer.startsWith("/attributes/") ? "attributes" : pointer.slice(1).replaceAll("/", ".");
}

function checkTexts(problems: LeadProblem[], draft: LeadDraft): void {
  checkText(problems, "/tenantId", draft.tenantId, idLength);
  checkText(problems, "/leadId", draft.leadId, idLength);
  // The ledger counts what a rep took in by `channel|lead`, so with a bar the lead would pass by the limits of its channel.
  if (draft.leadId.includes("|")) problems.push({ pointer: "/leadId", code: "text_malformed" });
  checkText(problems, "/externalId", draft.externalId, idLength);
  checkText(problems, "/source/channel", draft.channel, idLength);
  checkText(problems, "/source/campaign", draft.campaign, nameLength);
  checkText(problems, "/source/referrer", draft.referrer, urlLength);
  checkText(problems, "/contact/name", draft.contactName, nameLength);
  checkText(problems, "/contact/phone", draft.phone, idLength);
  checkText(problems, "/contact/email", draft.email, nameLength);
  checkText(problems, "/company/name", draft.companyName, nameLength);
  checkText(problems, "/company/registrationNumber", draft.registrationNumber, idLength);
  checkText(problems, "/location/postalCode", draft.postalCode, idLength);
  checkText(problems, "/location/adminCode", draft.adminCode, idLength);
  checkText(problems, "/location/address", draft.address, addressLength);
  checkText(problems, "/product", draft.product, nameLength);
  checkText(problems, "/language", draft.language, idLength);
}

function checkText(problems: LeadProblem[], pointer: string, text: string, maxLength: number): void {
  if (text.length === 0) return;
  if (text.length > maxLength) problems.push({ pointer, code: "too_long" });
  else if (isMalformed(text)) problems.push({ pointer, code: "text_malformed" });
}

/** Postgres can't store U+0000: it would stop the projector for good. */
const isMalformed = (text: string): boolean => text.includes("\0");

function checkLocation(problems: LeadProblem[], draft: LeadDraft): void {
  checkCoordinate(problems, "/location/latitude", draft.latitudeDeg, 90);
  checkCoordinate(problems, "/location/longitude", draft.longitudeDeg, 180);
  if (draft.latitudeDeg === null && draft.longitudeDeg !== null) {
    problems.push({ pointer: "/location/latitude", code: "required" });
  }
  if (draft.longitudeDeg === null && draft.latitudeDeg !== null) {
    problems.push({ pointer: "/location/longitude", code: "required" });
  }
  if (!DATUMS.has(draft.datum)) problems.push({ pointer: "/location/datum", code: "not_in_list" });
}

function checkCoordinate(problems: LeadProblem[], pointer: string, degrees: number | null, bound: number): void {
  // Written so that NaN fails.
  if (degrees !== null && !(Math.abs(degrees) <= bound)) problems.push({ pointer, code: "out_of_range" });
}

function checkAttributes(problems: LeadProblem[], draft: LeadDraft): void {
  const keys = Object.keys(draft.attributes);
  if (keys.length + draft.badAttributes.length > LEAD_LIMITS.attributeCount) {
    problems.push({ pointer: "/attributes", code: "too_many" });
    return;
  }
  for (const key of draft.badAttributes) {
    problems.push({ pointer: `/attributes/${pointerToken(key)}`, code: "wrong_type" });
  }
  for (const key of keys) {
    const value = draft.attributes[key];
    const code = attributeProblem(key, typeof value === "string" ? value : "");
    if (code !== undefined) problems.push({ pointer: `/attributes/${pointerToken(key)}`, code });
  }
}

function attributeProblem(key: string, text: string): LeadProblemCode | undefined {
  if (key === "") return "required";
  if (key.length > LEAD_LIMITS.attributeKeyLength || text.length > LEAD_LIMITS.attributeValueLength) return "too_long";
  return isMalformed(key) || isMalformed(text) ? "text_malformed" : undefined;
}
