import { localTime, OFFSET_SPAN_MS } from "./local-time.ts";
import type { Rep } from "./rep.ts";

/** Whether a rep takes leads now, and how long that answer holds. */
export interface Presence {
  readonly state: "present" | "inactive" | "absent" | "off_shift";
  /** Exclusive: ask again from then on. */
  readonly untilMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Presence of a rep: active, not absent, within working hours of the rep's own zone. The answer holds at most until the
 * next quarter of an hour, because that is how far a zone's offset is known.
 */
export function presenceOf(rep: Rep, atMs: number): Presence {
  const spanEndMs = (Math.floor(atMs / OFFSET_SPAN_MS) + 1) * OFFSET_SPAN_MS;
  if (!rep.active) return { state: "inactive", untilMs: spanEndMs };
  let untilMs = spanEndMs;
  for (const { fromMs, toMs } of rep.absences) {
    if (atMs >= fromMs && atMs < toMs) return { state: "absent", untilMs: Math.min(toMs, spanEndMs) };
    if (fromMs > atMs) untilMs = Math.min(untilMs, fromMs);
  }
  if (rep.workingHours.length === 0) return { state: "present", untilMs };
  return onShift(rep, atMs, untilMs);
}

function onShift(rep: Rep, atMs: number, untilMs: number): Presence {
  const { weekday, minute } = localTime(rep.timeZone, atMs);
  const minuteStartMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  let nextChangeMs = untilMs;
  let present = false;
  for (const span of rep.workingHours) {
    if (span.weekday !== weekday) continue;
    if (minute >= span.fromMinute && minute < span.toMinute) {
      present = true;
      nextChangeMs = Math.min(nextChangeMs, minuteStartMs + (span.toMinute - minute) * MINUTE_MS);
    } else if (span.fromMinute > minute) {
      nextChangeMs = Math.min(nextChangeMs, minuteStartMs + (span.fromMinute - minute) * MINUTE_MS);
    }
  }
  return { state: present ? "present" : "off_shift", untilMs: nextChangeMs };
}
