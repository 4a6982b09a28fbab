/** Weekday and minute of a zone's wall clock. */
export interface LocalTime {
  /** 1 Monday … 7 Sunday. */
  readonly weekday: number;
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1440;
/** Every zone's offset changes only on a multiple of this; offsets are asked for once per span. */
export const OFFSET_SPAN_MS = 15 * MINUTE_MS;
/** Spans remembered per zone before the oldest are dropped. */
const OFFSETS_KEPT = 64;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/**
 * Wall-clock time of an IANA zone. The offset comes from Intl once per 15 minutes and zone, since formatting costs
 * microseconds and this is asked for every rep.
 *
 * @throws RangeError if the zone is unknown; plans are checked with {@link isTimeZone} before they are published.
 */
export function localTime(timeZone: string, atMs: number): LocalTime {
  const localMinutes = Math.floor(atMs / MINUTE_MS) + offsetMinutes(timeZone, atMs);
  const day = Math.floor(localMinutes / MINUTES_PER_DAY);
  // 1970-01-01 was a Thursday.
  return { weekday: ((((day + 3) % 7) + 7) % 7) + 1, minute: localMinutes - day * MINUTES_PER_DAY };
}

export function isTimeZone(timeZone: string): boolean {
  try {
    format(timeZone);
    return true;
  } catch {
    return false;
  }
}

function offsetMinutes(timeZone: string, atMs: number): number {
  const span = Math.floor(atMs / OFFSET_SPAN_MS);
  let known = offsets.get(timeZone);
  if (known === undefined) offsets.set(timeZone, (known = new Map()));
  let offset = known.get(span);
  if (offset === undefined) {
    offset = askOffset(timeZone, span * OFFSET_SPAN_MS);
    if (known.size >= OFFSETS_KEPT) known.clear();
    known.set(span, offset);
  }
  return offset;
}

function askOffset(timeZone: string, atMs: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format(timeZone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return (Date.UTC(year, month - 1, day, hour, minute) - atMs) / MINUTE_MS;
}

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(timeZone, known);
  }
  return known;
}
