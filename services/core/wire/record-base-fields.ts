import type { LeadRecord } from "../domain/decision/log-record.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields 1 to 5 of every record about a lead (decision.proto). */
const TENANT_ID = delimitedTag(1);
const LEAD_ID = delimitedTag(2);
const CYCLE = varintTag(3);
const AT_MS = varintTag(4);
const OPERATOR = delimitedTag(5);

/** No tag up to here has a field number above 5. */
export const LAST_BASE_TAG = OPERATOR;

type BaseRecord = Omit<LeadRecord, "type">;
type BaseDraft = { -readonly [Field in keyof BaseRecord]: BaseRecord[Field] };

export const newBase = (): BaseDraft => ({ tenantId: "", leadId: "", cycle: 0, atMs: 0, operator: "" });

export function readBaseField(reader: ProtobufReader, draft: BaseDraft, tag: number): void {
  switch (tag) {
    case TENANT_ID:
      draft.tenantId = reader.string();
      break;
    case LEAD_ID:
      draft.leadId = reader.string();
      break;
    case CYCLE:
      draft.cycle = reader.uint32();
      break;
    case AT_MS:
      draft.atMs = reader.int64();
      break;
    case OPERATOR:
      draft.operator = reader.string();
      break;
    default:
      reader.skip(tag);
  }
}

export function writeBase(writer: ProtobufWriter, record: BaseRecord): void {
  writer.text(TENANT_ID, record.tenantId);
  writer.text(LEAD_ID, record.leadId);
  writer.uint32(CYCLE, record.cycle);
  writer.int64(AT_MS, record.atMs);
  writer.text(OPERATOR, record.operator);
}
