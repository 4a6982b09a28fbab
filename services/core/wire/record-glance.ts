import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";

/** Fields of `LogRecord` and of the records in it (decision.proto). */
const DECISION = delimitedTag(1);
const FOLLOW_UP = delimitedTag(5);
const PLAN_PUBLISHED = delimitedTag(7);
const CYCLE = varintTag(3);

const FIRST_CYCLE = 1;

/** Whether a record of the log is a decision, told without reading it; most are. */
export const isDecision = (bytes: Uint8Array): boolean => bytes[0] === DECISION;

/**
 * Whether a record of the log may change the ledger (`ledgerChange`), told from its first fields. In doubt it may. The
 * decision of a first cycle, which nearly all records are, was in the ledger before it was in the log.
 */
export function mayChangeLedger(bytes: Uint8Array): boolean {
  const reader = new ProtobufReader(bytes);
  const type = reader.nextTag();
  if (type !== DECISION) return type < FOLLOW_UP || type > PLAN_PUBLISHED;
  reader.enter();
  for (let tag = reader.nextTag(); tag !== 0 && tag <= CYCLE; tag = reader.nextTag()) {
    if (tag === CYCLE) return reader.uint32() !== FIRST_CYCLE;
    reader.skip(tag);
  }
  return true;
}
