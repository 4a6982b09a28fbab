import type { LeadFacts } from "../domain/lead/lead.ts";
import { ATTRIBUTE_VALUE, readAttribute, readIntent, readLocation, readSource } from "./lead-fields.ts";
import { writeAttributes, writeIntent, writeLocation, writeSource } from "./lead-fields.ts";
import { LeadDraft } from "./lead-draft.ts";
import { checkIntent, fieldOf } from "./lead-problems.ts";
import type { LeadProblem } from "./lead-problems.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `LeadFacts` (decision.proto). Tenant and lead are those of the decision around it. */
const EXTERNAL_ID = delimitedTag(3);
const SOURCE = delimitedTag(4);
const LOCATION = delimitedTag(5);
const PRODUCT = delimitedTag(6);
const LANGUAGE = delimitedTag(7);
const COMPANY_KEY = delimitedTag(8);
const ATTRIBUTES = delimitedTag(9);
const INTENT = delimitedTag(10);
const IDENTITY_KEYS = delimitedTag(11);
const CAPTURED_AT_MS = varintTag(12);
const SCORE = doubleTag(13);

/** All but tenant and lead. */
export function readLeadFacts(reader: ProtobufReader): LeadDraft {
  const draft = new LeadDraft();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) readField(reader, draft, tag);
  reader.leave(outer);
  refuseIfWrong(reader, draft);
  return draft;
}

/** Lengths were checked when the lead came in; here only what the type would lie about. */
function refuseIfWrong(reader: ProtobufReader, draft: LeadDraft): void {
  const problems: LeadProblem[] = [];
  checkIntent(problems, draft);
  if (problems[0] !== undefined) reader.refuse("RECORD_UNDECODABLE", `facts.${fieldOf(problems[0])}`);
  if (draft.badAttributes.length > 0) reader.refuse("RECORD_UNDECODABLE", "facts.attributes");
}

function readField(reader: ProtobufReader, draft: LeadDraft, tag: number): void {
  switch (tag) {
    case EXTERNAL_ID:
      draft.externalId = reader.string();
      break;
    case SOURCE:
      return readSource(reader, draft);
    case LOCATION:
      return readLocation(reader, draft);
    case PRODUCT:
      draft.product = reader.string();
      break;
    case LANGUAGE:
      draft.language = reader.string();
      break;
    case COMPANY_KEY:
      draft.companyKey = reader.string();
      break;
    case ATTRIBUTES:
      return readAttribute(reader, draft, ATTRIBUTE_VALUE);
    case INTENT:
      return readIntent(reader, draft);
    case IDENTITY_KEYS:
      draft.identityKeys.push(reader.string());
      break;
    case CAPTURED_AT_MS:
      draft.capturedAtMs = reader.int64();
      break;
    case SCORE:
      draft.score = reader.double();
      break;
    default:
      reader.skip(tag);
  }
}

export function writeLeadFacts(writer: ProtobufWriter, tag: number, facts: LeadFacts): void {
  const start = writer.open(tag);
  writer.text(EXTERNAL_ID, facts.externalId);
  writeSource(writer, SOURCE, facts.source);
  writeLocation(writer, LOCATION, facts.location);
  writer.text(PRODUCT, facts.product);
  writer.text(LANGUAGE, facts.language);
  writer.text(COMPANY_KEY, facts.companyKey);
  writeAttributes(writer, ATTRIBUTES, facts.attributes, ATTRIBUTE_VALUE);
  writeIntent(writer, INTENT, facts.intent);
  for (const key of facts.identityKeys) writer.textAlways(IDENTITY_KEYS, key);
  writer.int64(CAPTURED_AT_MS, facts.capturedAtMs);
  writer.double(SCORE, facts.score);
  writer.close(start);
}
