import type { EventPage, EventScope, LeadEvent } from "../../../ports/store.ts";
import { bigintArray } from "../binary-array.ts";
import { decodeEvent } from "../event-row.ts";
import { integer } from "../row.ts";
import { scopeValues } from "../scope.ts";
import type { Row, SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";

export interface EventsInput {
  readonly after: readonly number[];
  /** Events of a partition. */
  readonly limit: number;
  readonly scope: EventScope | null;
}

/** Offsets that are looked through at once: a matter of milliseconds. */
const WINDOW = 5_000;

const selectEvents = defineStatement({
  file: new URL("./events-after.sql", import.meta.url),
  encode: ({ after, limit, scope }: EventsInput) => [
    bigintArray(after),
    WINDOW,
    limit,
    ...(scope === null ? [null, null, null] : [...scopeValues(scope), scope.repId]),
  ],
  decode: (rows) => rows,
});

export async function eventsAfter(runner: SqlRunner, input: EventsInput): Promise<EventPage> {
  const rows = await selectEvents(runner, input);
  const events: LeadEvent[] = [];
  const through = [...input.after];
  let hasMore = false;
  for (const [partition, own] of Map.groupBy(rows, (row) => integer(row, "log_partition"))) {
    const found = own.filter((row) => row["log_offset"] !== null).map(decodeEvent);
    events.push(...found);
    const end = found.length === input.limit ? (found.at(-1)?.offset ?? -1) : integer(own[0] as Row, "through");
    through[partition] = end;
    hasMore ||= end < integer(own[0] as Row, "projected");
  }
  return { events, through, hasMore };
}
