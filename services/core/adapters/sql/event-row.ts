import { LEAD_STATUSES } from "../../domain/decision/lead-state.ts";
import type { LeadRecord } from "../../domain/decision/log-record.ts";
import type { LeadEvent, WrittenEvent } from "../../ports/store.ts";
import { createLogRecordCodec } from "../../wire/log-record-codec.ts";
import { bigintArray, byteaArray, textArray } from "./binary-array.ts";
import { bytes, integer, oneOf, text, textOrNull } from "./row.ts";
import type { Row, SqlValue } from "./session.ts";

const codec = createLogRecordCodec();

/** Columns of table `lead_event` but for the partition, each of all events, in the order of the table. */
export function encodeEvents(events: readonly WrittenEvent[]): readonly SqlValue[] {
  return [
    bigintArray(events.map(({ offset }) => offset)),
    textArray(events.map(({ tenantId }) => tenantId)),
    textArray(events.map(({ leadId }) => leadId)),
    bigintArray(events.map(({ record }) => record.cycle)),
    textArray(events.map(({ record }) => record.type)),
    textArray(events.map(({ fromRepId }) => fromRepId)),
    textArray(events.map(({ toRepId }) => toRepId)),
    textArray(events.map(({ statusAfter }) => statusAfter)),
    textArray(events.map(({ nodeId }) => nodeId)),
    byteaArray(events.map((event) => event.bytes)),
  ];
}

export function decodeEvent(row: Row): LeadEvent {
  return {
    tenantId: text(row, "tenant_id"),
    leadId: text(row, "lead_id"),
    partition: integer(row, "log_partition"),
    offset: integer(row, "log_offset"),
    nodeId: text(row, "node_id"),
    record: decodeRecord(bytes(row, "record")),
    fromRepId: textOrNull(row, "from_rep_id"),
    toRepId: textOrNull(row, "to_rep_id"),
    statusAfter: oneOf(row, "status_after", LEAD_STATUSES),
  };
}

export const decodeEvents = (rows: readonly Row[]): readonly LeadEvent[] => rows.map(decodeEvent);

/** It was decoded before it was stored, so what can't be now was changed by hand. */
function decodeRecord(stored: Uint8Array): LeadRecord {
  const decoded = codec.decode(stored);
  if (!decoded.ok || !("leadId" in decoded.value))
    throw new Error("The database column record does not hold a record.");
  return decoded.value;
}
