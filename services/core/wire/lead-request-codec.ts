import { hash } from "node:crypto";
import type { CapturedLead } from "../domain/lead/captured-lead.ts";
import type { LeadRequest } from "../domain/lead/lead.ts";
import { decodeLeadDraft, leadInvalid } from "./captured-lead-codec.ts";
import { writePreparedLead } from "./captured-lead-fields.ts";
import type { Codec, Decoded } from "./codec.ts";
import { capturedLeadOf, leadRequestOf } from "./lead-draft.ts";
import type { LeadDraft } from "./lead-draft.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { recordKey } from "./record-key.ts";

export type Prepared =
  | { readonly ok: true; readonly value: LeadRequest }
  | { readonly ok: false; readonly code: string; readonly at: string };

/**
 * Cleanses, identifies and seals a lead that came straight to the topic. Pure, and the same for the same lead, since
 * redelivery repeats it.
 */
export type PrepareLead = (captured: CapturedLead, fallbackLeadId: string) => Prepared;

export interface LeadRequestCodecOptions {
  readonly prepare: PrepareLead;
}

/** The leads topic: writes prepared records, and reads those and leads that capture systems wrote themselves. */
export function createLeadRequestCodec({ prepare }: LeadRequestCodecOptions): Codec<LeadRequest> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.lead.v1",
    key: (request) => recordKey(request.facts.leadId),
    encode(request) {
      writer.begin();
      writePreparedLead(writer, request);
      return writer.finish();
    },
    decode(bytes): Decoded<LeadRequest> {
      const decoded = decodeLeadDraft(bytes);
      if (!decoded.ok) return decoded;
      const { draft } = decoded;
      if (draft.tenantId === "") return leadInvalid("tenantId");
      if (!draft.prepared) return prepare(capturedLeadOf(draft), draft.leadId === "" ? contentId(bytes) : draft.leadId);
      const fault = preparedFault(draft);
      return fault === undefined ? { ok: true, value: leadRequestOf(draft) } : leadInvalid(fault);
    },
  };
}

/** The same for every delivery of a record: without any id from the sender, equal content is the same lead. */
const contentId = (bytes: Uint8Array): string => hash("sha256", bytes, "hex").slice(0, 32);

/** What a record that claims to be prepared can't have or lack. A contact in clear must never pass for a sealed one. */
function preparedFault(draft: LeadDraft): string | undefined {
  if (draft.leadId === "") return "leadId";
  if (draft.cycle === 0) return "cycle";
  if (!Number.isFinite(draft.score)) return "score";
  if (draft.contactName !== "" || draft.phone !== "" || draft.email !== "") return "contact";
  if (draft.address !== "") return "location.address";
  return draft.datum === "" || draft.datum === "WGS-84" ? undefined : "location.datum";
}
