import { MAX_LEAD_BYTES } from "../domain/lead/captured-lead.ts";
import type { CapturedLead } from "../domain/lead/captured-lead.ts";
import { readCapturedLead, writeCapturedLead } from "./captured-lead-fields.ts";
import type { Codec, Decoded } from "./codec.ts";
import { capturedLeadOf } from "./lead-draft.ts";
import type { LeadDraft } from "./lead-draft.ts";
import { fieldOf, problemsOf } from "./lead-problems.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import type { Refusal } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { recordKey } from "./record-key.ts";

/** Room for what the door adds (sealed contact, identity keys, reasons), so that no accepted lead outgrows the topic. */
export const MAX_PREPARED_LEAD_BYTES = MAX_LEAD_BYTES + 8_192;

const TOO_LARGE: Refusal = { ok: false, code: "LEAD_TOO_LARGE", at: "" };

/** Reads either kind of record of the leads topic, held to the limits that both share. */
export function decodeLeadDraft(bytes: Uint8Array): { readonly ok: true; readonly draft: LeadDraft } | Refusal {
  if (bytes.length > MAX_PREPARED_LEAD_BYTES) return TOO_LARGE;
  const reader = new ProtobufReader(bytes);
  const draft = readCapturedLead(reader);
  if (bytes.length > MAX_LEAD_BYTES && (reader.refusal !== undefined || !draft.prepared)) return TOO_LARGE;
  if (reader.refusal !== undefined) return reader.refusal;
  const problem = problemsOf(draft)[0];
  return problem === undefined ? { ok: true, draft } : leadInvalid(fieldOf(problem));
}

export const leadInvalid = (at: string): Refusal => ({ ok: false, code: "LEAD_INVALID", at });

/** Leads as capture systems write them. Decoding refuses prepared records: those have no contact to read. */
export function createCapturedLeadCodec(): Codec<CapturedLead> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.lead.v1",
    key: (lead) => (lead.leadId === "" ? null : recordKey(lead.leadId)),
    encode(lead) {
      writer.begin();
      writeCapturedLead(writer, lead);
      return writer.finish();
    },
    decode(bytes): Decoded<CapturedLead> {
      const decoded = decodeLeadDraft(bytes);
      if (!decoded.ok) return decoded;
      if (decoded.draft.prepared) return leadInvalid("prepared");
      return { ok: true, value: capturedLeadOf(decoded.draft) };
    },
  };
}
