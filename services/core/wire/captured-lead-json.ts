import { MAX_LEAD_BYTES } from "../domain/lead/captured-lead.ts";
import type { CapturedLead } from "../domain/lead/captured-lead.ts";
import { createCapturedLeadCodec } from "./captured-lead-codec.ts";
import { capturedLeadOf, LeadDraft, setAttribute } from "./lead-draft.ts";
import { pointerToken, problemsOf } from "./lead-problems.ts";
import type { LeadProblem, LeadProblemCode } from "./lead-problems.ts";

export type CapturedLeadResult =
  | { readonly ok: true; readonly value: CapturedLead }
  | { readonly ok: false; readonly problems: readonly LeadProblem[] };

/** More would only be an echo of a hostile body. */
const MOST_PROBLEMS = 20;
const INT64_TEXT = /^-?\d{1,16}$/;

const codec = createCapturedLeadCodec();

/** Takes a value into the draft, or says what is wrong with it. */
type Take = (draft: LeadDraft, value: unknown) => LeadProblemCode | undefined;
interface Fields {
  readonly [name: string]: Take | Fields;
}

type TextField = {
  [Field in keyof LeadDraft]: LeadDraft[Field] extends string ? Field : never;
}[keyof LeadDraft];

const text =
  (field: TextField): Take =>
  (draft, value) => {
    if (typeof value !== "string") return "wrong_type";
    // Half a surrogate pair has no UTF-8; in a record it can't occur.
    if (!value.isWellFormed()) return "text_malformed";
    draft[field] = value;
    return undefined;
  };

const degrees =
  (field: "latitudeDeg" | "longitudeDeg"): Take =>
  (draft, value) => {
    if (typeof value !== "number") return "wrong_type";
    draft[field] = value;
    return undefined;
  };

/** The JSON form of an int64 is a string of digits; people write numbers. */
const takeCapturedAt: Take = (draft, value) => {
  if (typeof value !== "number" && !(typeof value === "string" && INT64_TEXT.test(value))) return "wrong_type";
  const ms = Number(value);
  if (!Number.isSafeInteger(ms)) return "out_of_range";
  draft.capturedAtMs = ms;
  return undefined;
};

const takeAttributes: Take = (draft, value) => {
  if (!isObject(value)) return "wrong_type";
  for (const [key, attribute] of Object.entries(value)) {
    if (attribute !== null) setAttribute(draft, key.toWellFormed(), isScalar(attribute) ? attribute : undefined);
  }
  return undefined;
};

/** What a capture system may set: fields 1 to 12 of `CapturedLead` (lead.proto). */
const FIELDS: Fields = {
  tenantId: text("tenantId"),
  leadId: text("leadId"),
  externalId: text("externalId"),
  source: { channel: text("channel"), campaign: text("campaign"), referrer: text("referrer") },
  contact: { name: text("contactName"), phone: text("phone"), email: text("email") },
  company: { name: text("companyName"), registrationNumber: text("registrationNumber") },
  location: {
    latitude: degrees("latitudeDeg"),
    longitude: degrees("longitudeDeg"),
    postalCode: text("postalCode"),
    adminCode: text("adminCode"),
    address: text("address"),
    datum: text("datum"),
  },
  product: text("product"),
  language: text("language"),
  attributes: takeAttributes,
  intent: { status: text("intentStatus"), timing: text("intentTiming") },
  capturedAtMs: takeCapturedAt,
};

/** Reads a lead in its JSON form, held to the same limits as a record. Null is the same as no value. */
export function capturedLeadFromJson(json: unknown): CapturedLeadResult {
  const draft = new LeadDraft();
  const problems: LeadProblem[] = [];
  takeFields({ draft, problems }, FIELDS, json, "");
  // A field that couldn't be read isn't missing as well.
  const known = new Set(problems.map(({ pointer }) => pointer));
  problems.push(...problemsOf(draft).filter(({ pointer }) => !known.has(pointer)));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MOST_PROBLEMS) };
  const value = capturedLeadOf(draft);
  if (codec.encode(value).length > MAX_LEAD_BYTES) {
    return { ok: false, problems: [{ pointer: "", code: "too_large" }] };
  }
  return { ok: true, value };
}

interface Progress {
  readonly draft: LeadDraft;
  readonly problems: LeadProblem[];
}

function takeFields(progress: Progress, fields: Fields, json: unknown, pointer: string): void {
  if (!isObject(json)) {
    progress.problems.push({ pointer, code: "wrong_type" });
    return;
  }
  for (const [name, value] of Object.entries(json)) {
    if (progress.problems.length >= MOST_PROBLEMS) return;
    takeField(
      progress,
      Object.hasOwn(fields, name) ? fields[name] : undefined,
      value,
      `${pointer}/${pointerToken(name)}`,
    );
  }
}

function takeField(progress: Progress, field: Take | Fields | undefined, value: unknown, pointer: string): void {
  if (field === undefined) progress.problems.push({ pointer, code: "field_unknown" });
  else if (value === null) return;
  else if (typeof field === "function") {
    const code = field(progress.draft, value);
    if (code !== undefined) progress.problems.push({ pointer, code });
  } else takeFields(progress, field, value, pointer);
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is string | number | boolean =>
  (typeof value === "string" && value.isWellFormed()) || typeof value === "number" || typeof value === "boolean";
