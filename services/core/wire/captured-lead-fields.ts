import type { CapturedLead } from "../domain/lead/captured-lead.ts";
import type { LeadRequest } from "../domain/lead/lead.ts";
import { JSON_VALUE, readAttribute, readIntent, readLocation, readSource } from "./lead-fields.ts";
import { writeAttributes, writeIntent, writeLocation, writeSource } from "./lead-fields.ts";
import { LeadDraft } from "./lead-draft.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `CapturedLead` (lead.proto). */
const TENANT_ID = delimitedTag(1);
const LEAD_ID = delimitedTag(2);
const EXTERNAL_ID = delimitedTag(3);
const SOURCE = delimitedTag(4);
const CONTACT = delimitedTag(5);
const COMPANY = delimitedTag(6);
const LOCATION = delimitedTag(7);
const PRODUCT = delimitedTag(8);
const LANGUAGE = delimitedTag(9);
const ATTRIBUTES = delimitedTag(10);
const INTENT = delimitedTag(11);
const CAPTURED_AT_MS = varintTag(12);
const PREPARED = varintTag(13);
const IDENTITY_KEYS = delimitedTag(14);
const SCORE = doubleTag(15);
const CYCLE = varintTag(16);
const SEALED_CONTACT = delimitedTag(17);
const COMPANY_KEY = delimitedTag(18);
const REROUTE_REASON = delimitedTag(19);
const EXCLUDED_REP_IDS = delimitedTag(20);
const REJECTED_REASON = delimitedTag(21);

const FIRST_TEXT = delimitedTag(1);
const SECOND_TEXT = delimitedTag(2);
const THIRD_TEXT = delimitedTag(3);

export function readCapturedLead(reader: ProtobufReader): LeadDraft {
  const draft = new LeadDraft();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag < PREPARED) readSentField(reader, draft, tag);
    else readDoorField(reader, draft, tag);
  }
  return draft;
}

/** Fields 1 to 12, the capture system's. */
function readSentField(reader: ProtobufReader, draft: LeadDraft, tag: number): void {
  switch (tag) {
    case TENANT_ID:
      draft.tenantId = reader.string();
      break;
    case LEAD_ID:
      draft.leadId = reader.string();
      break;
    case EXTERNAL_ID:
      draft.externalId = reader.string();
      break;
    case SOURCE:
      return readSource(reader, draft);
    case CONTACT:
      return readContact(reader, draft);
    case COMPANY:
      return readCompany(reader, draft);
    case LOCATION:
      return readLocation(reader, draft);
    case PRODUCT:
      draft.product = reader.string();
      break;
    case LANGUAGE:
      draft.language = reader.string();
      break;
    case ATTRIBUTES:
      return readAttribute(reader, draft, JSON_VALUE);
    case INTENT:
      return readIntent(reader, draft);
    case CAPTURED_AT_MS:
      draft.capturedAtMs = reader.int64();
      break;
    default:
      reader.skip(tag);
  }
}

/** Fields 13 and up, Fairlead's own. */
function readDoorField(reader: ProtobufReader, draft: LeadDraft, tag: number): void {
  switch (tag) {
    case PREPARED:
      draft.prepared = reader.bool();
      break;
    case IDENTITY_KEYS:
      draft.identityKeys.push(reader.string());
      break;
    case SCORE:
      draft.score = reader.double();
      break;
    case CYCLE:
      draft.cycle = reader.uint32();
      break;
    case SEALED_CONTACT:
      draft.sealedContact = reader.bytes();
      break;
    case COMPANY_KEY:
      draft.companyKey = reader.string();
      break;
    case REROUTE_REASON:
      draft.rerouteReason = reader.string();
      break;
    case EXCLUDED_REP_IDS:
      draft.excludedRepIds.push(reader.string());
      break;
    case REJECTED_REASON:
      draft.rejectedReason = reader.string();
      break;
    default:
      reader.skip(tag);
  }
}

function readContact(reader: ProtobufReader, draft: LeadDraft): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FIRST_TEXT) draft.contactName = reader.string();
    else if (tag === SECOND_TEXT) draft.phone = reader.string();
    else if (tag === THIRD_TEXT) draft.email = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
}

function readCompany(reader: ProtobufReader, draft: LeadDraft): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FIRST_TEXT) draft.companyName = reader.string();
    else if (tag === SECOND_TEXT) draft.registrationNumber = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
}

/** Writes a request as a prepared record: facts, sealed contact and the round, nothing in clear. */
export function writePreparedLead(writer: ProtobufWriter, request: LeadRequest): void {
  const { facts } = request;
  writeCommon(writer, facts);
  writeLocation(writer, LOCATION, facts.location);
  writer.flag(PREPARED, true);
  for (const key of facts.identityKeys) writer.textAlways(IDENTITY_KEYS, key);
  writer.double(SCORE, facts.score);
  writer.uint32(CYCLE, request.cycle);
  writer.data(SEALED_CONTACT, request.sealedContact);
  writer.text(COMPANY_KEY, facts.companyKey);
  writer.text(REROUTE_REASON, request.rerouteReason);
  for (const repId of request.excludedRepIds) writer.textAlways(EXCLUDED_REP_IDS, repId);
  writer.text(REJECTED_REASON, request.rejectedReason);
}

/** Writes a lead as a capture system would. */
export function writeCapturedLead(writer: ProtobufWriter, lead: CapturedLead): void {
  writeCommon(writer, lead);
  const contact = writer.open(CONTACT);
  writer.text(FIRST_TEXT, lead.contact.name);
  writer.text(SECOND_TEXT, lead.contact.phone);
  writer.text(THIRD_TEXT, lead.contact.email);
  writer.close(contact);
  const company = writer.open(COMPANY);
  writer.text(FIRST_TEXT, lead.company.name);
  writer.text(SECOND_TEXT, lead.company.registrationNumber);
  writer.close(company);
  writeLocation(writer, LOCATION, lead.location);
}

type CommonFields = Omit<CapturedLead, "contact" | "company" | "location">;

function writeCommon(writer: ProtobufWriter, lead: CommonFields): void {
  writer.text(TENANT_ID, lead.tenantId);
  writer.text(LEAD_ID, lead.leadId);
  writer.text(EXTERNAL_ID, lead.externalId);
  writeSource(writer, SOURCE, lead.source);
  writer.text(PRODUCT, lead.product);
  writer.text(LANGUAGE, lead.language);
  writeAttributes(writer, ATTRIBUTES, lead.attributes, JSON_VALUE);
  writeIntent(writer, INTENT, lead.intent);
  writer.int64(CAPTURED_AT_MS, lead.capturedAtMs);
}
