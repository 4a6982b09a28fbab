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
    textArray(events.map(({ fromRepId }) => fromRepId)),
    textArray(events.map(({ toRepId }) => toRepId)),
    textArray(events.map(({ statusAfter }) => statusAfter)),
    textArray(events.map(({ nodeId }) => nodeId)),
    byteaArray(events.map((event) => event.bytes)),
  ];
}

/** Where the events of each lead are: column `event_places` as PostgreSQL writes it, of a lead of the batch. */
export function eventPlaces(events: readonly WrittenEvent[]): (lead: LeadName) => string {
  const places = new Map<string, string>();
  for (const event of events) {
    const name = nameOf(event);
    const earlier = places.get(name);
    const place = `${event.partition},${event.offset}`;
    places.set(name, earlier === undefined ? place : `${earlier},${place}`);
  }
  return (lead) => `{${places.get(nameOf(lead)) ?? ""}}`;
}

type LeadName = Pick<LeadEvent, "tenantId" | "leadId">;
const nameOf = ({ tenantId, leadId }: LeadName): string => `${tenantId}\u001f${leadId}`;

export function decodeEvent(row: Row): LeadEvent {
  const record = decodeRecord(bytes(row, "record"));
  return {
    tenantId: text(row, "tenant_id"),
    leadId: record.leadId,
    partition: integer(row, "log_partition"),
    offset: integer(row, "log_offset"),
    nodeId: text(row, "node_id"),
    record,
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
