import { localTime } from "../../../services/core/domain/rep/local-time.ts";
import type { Random } from "../random.ts";
import type { Scheduler, SimProcess } from "./scheduler.ts";

/** The first four are of one process; midnight and the change of summer time come to all of them. */
export const CLOCK_FAULTS = [
  "clock_ahead",
  "clock_behind",
  "clock_over_midnight",
  "clock_stepped_back",
  "midnight",
  "summer_time",
] as const;
export type ClockFault = (typeof CLOCK_FAULTS)[number];

/** Where the reps of a run about clocks live. */
export const ZONE = "America/Chicago";
/** Summer time ends there: the hour before comes twice. */
export const CHANGE_MS = Date.UTC(2026, 10, 1, 7);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1_440;
const LONGEST_STEP_MS = 5 * MINUTE_MS;
/** So long before a moment that all processes are to live through, in steps of the scheduler. */
const BEFORE_MS = 30;

/** The wall clock of each process: the scheduler's time, and how wrong the process is about it. */
export class Clocks {
  readonly #scheduler: Scheduler;
  readonly #onMet: (fault: ClockFault) => void;
  readonly #offsetsMs = new Map<SimProcess, number>();
  /** Not looked at since. */
  readonly #unread = new Map<SimProcess, ClockFault>();
  #coming: { readonly fault: ClockFault; readonly atMs: number } | null = null;

  constructor(scheduler: Scheduler, onMet: (fault: ClockFault) => void) {
    this.#scheduler = scheduler;
    this.#onMet = onMet;
  }

  read(process: SimProcess): number {
    const { nowMs } = this.#scheduler;
    const unread = this.#unread.get(process);
    if (unread !== undefined) this.#onMet(unread);
    this.#unread.delete(process);
    if (this.#coming !== null && nowMs >= this.#coming.atMs) {
      this.#onMet(this.#coming.fault);
      this.#coming = null;
    }
    return nowMs + this.#offsetOf(process);
  }

  inject(fault: ClockFault, process: SimProcess, random: Random): void {
    const nowMs = this.#scheduler.nowMs + this.#offsetOf(process);
    switch (fault) {
      case "clock_ahead":
        return this.#set(fault, process, HOUR_MS);
      case "clock_behind":
        return this.#set(fault, process, -HOUR_MS);
      case "clock_over_midnight":
        return this.#set(fault, process, this.#offsetOf(process) + untilMidnightMs(nowMs) + 1);
      case "clock_stepped_back":
        return this.#set(fault, process, this.#offsetOf(process) - 1 - random.below(LONGEST_STEP_MS));
      case "midnight":
        return this.#await(fault, this.#scheduler.nowMs + untilMidnightMs(this.#scheduler.nowMs));
      case "summer_time":
        if (this.#scheduler.nowMs < CHANGE_MS - BEFORE_MS) this.#await(fault, CHANGE_MS);
    }
  }

  #offsetOf(process: SimProcess): number {
    return this.#offsetsMs.get(process) ?? 0;
  }

  #set(fault: ClockFault, process: SimProcess, offsetMs: number): void {
    this.#offsetsMs.set(process, offsetMs);
    this.#unread.set(process, fault);
  }

  /** Nothing happens until shortly before. */
  #await(fault: ClockFault, atMs: number): void {
    this.#scheduler.nowMs = Math.max(this.#scheduler.nowMs, atMs - BEFORE_MS);
    this.#coming = { fault, atMs };
  }
}

/** To the next midnight on the wall clocks of the reps. */
function untilMidnightMs(atMs: number): number {
  const { minute } = localTime(ZONE, atMs);
  return (MINUTES_PER_DAY - minute) * MINUTE_MS - (atMs % MINUTE_MS);
}
