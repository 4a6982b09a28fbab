/** Half-open span of local time on one weekday, in minutes since local midnight. */
export interface WorkingSpan {
  /** 1 Monday … 7 Sunday (ISO 8601). */
  readonly weekday: number;
  readonly fromMinute: number;
  /** Exclusive; 1440 is midnight at the end of the day. */
  readonly toMinute: number;
}

/** Half-open span of absolute time in which the rep takes nothing. */
export interface Absence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How many leads may come in within any window of a length; rolling, counted at decision time. */
export interface IntakeLimit {
  readonly lengthMs: number;
  readonly limit: number;
  /** Only leads of this source channel; null counts all. */
  readonly channel: string | null;
}

export interface RepLimits {
  /** 私海库容: how many leads the rep may own at once. */
  readonly privatePool: number;
  /** Open work in thousandths of a lead unit; null is unlimited. A lead's policy says how much it weighs. */
  readonly loadMilli: number | null;
  readonly intake: readonly IntakeLimit[];
  /** Claims from public pools in any 24 hours; null is unlimited. Release does not refund one. */
  readonly claimsPerDay: number | null;
}

/** A salesperson. Bounded once as a person, whatever the number of teams (A8). */
export interface Rep {
  readonly repId: string;
  readonly name: string;
  /** Leaves of the org tree. */
  readonly nodeIds: readonly string[];
  /** False once the person left or opted out: no lead from the next decision on (A3). */
  readonly active: boolean;
  /** Skill → level 1…5. */
  readonly skills: Readonly<Record<string, number>>;
  readonly languages: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  /** Empty means always on shift. */
  readonly workingHours: readonly WorkingSpan[];
  readonly absences: readonly Absence[];
  /** 1 junior … 5 principal. */
  readonly seniority: number;
  /** Share of leads relative to colleagues; positive. */
  readonly fairnessWeight: number;
  readonly limits: RepLimits;
}
