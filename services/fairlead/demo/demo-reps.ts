import type { Absence, IntakeLimit, Rep, RepLimits, WorkingSpan } from "../../core/domain/rep/rep.ts";
import { OTHER_LANGUAGE_SHARES, PRODUCTS } from "./demo-products.ts";
import { hashText, randomAt } from "./seeded-random.ts";
import type { Random } from "./seeded-random.ts";
import { SPANISH_STATES } from "./us-states.ts";

/** What a team must say of itself for its reps to be made. */
export interface TeamBrief {
  readonly nodeId: string;
  readonly name: string;
  readonly zone: string;
  readonly stateCode: string;
  readonly repCount: number;
  /** Another team of the division, in which a few reps serve too; null if there is none. */
  readonly neighbourNodeId: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = [1, 2, 3, 4, 5];
const ALL_DAYS = [...WEEKDAYS, 6, 7];

const SHIFTS = {
  always: [],
  office: span(WEEKDAYS, 8, 18),
  early: span(ALL_DAYS, 5, 14),
  late: span([...WEEKDAYS, 6], 13, 22),
  night: [...span(ALL_DAYS, 20, 24), ...span(ALL_DAYS, 0, 7)],
  weekend: [...span([4, 5], 8, 18), ...span([6, 7], 8, 20)],
} as const satisfies Record<string, readonly WorkingSpan[]>;

/**
 * Dealt out in this order, so that already the three first reps of a small team cover the clock. Three in ten are
 * always on: a demo must be alive at whatever hour somebody starts it.
 */
const SHIFT_ORDER: readonly (keyof typeof SHIFTS)[] = [
  "office",
  "always",
  "office",
  "night",
  "always",
  "late",
  "office",
  "always",
  "weekend",
  "early",
];

/** Reps are a team and a number: nobody real, and nobody invented. */
export function teamReps(team: TeamBrief, seed: number, nowMs: number): readonly Rep[] {
  return Array.from({ length: team.repCount }, (_, i): Rep => {
    const number = String(i + 1).padStart(2, "0");
    const random = randomAt(hashText(seed, team.nodeId), i);
    const seniority = 1 + Math.floor(5 * random.next() ** 1.5);
    const second = random.next() < 0.03 ? team.neighbourNodeId : null;
    return {
      repId: `rep_${team.nodeId}_${number}`,
      name: `Rep ${team.name} ${number}`,
      nodeIds: second === null ? [team.nodeId] : [team.nodeId, second],
      // The first four stay, so that the smallest team can always work.
      active: i < 4 || random.next() >= 0.03,
      skills: skills(i, seniority, random),
      languages: languages(team, random),
      timeZone: team.zone,
      workingHours: SHIFTS[SHIFT_ORDER[i % SHIFT_ORDER.length]!],
      absences: i < 4 ? [] : absences(random, nowMs),
      seniority,
      fairnessWeight: random.next() < 0.1 ? 0.5 : seniority >= 4 ? 1.5 : 1,
      limits: limits(seniority, random),
    };
  });
}

/** The main product goes round the team, so that each has its expert wherever there are five reps or more. */
function skills(index: number, seniority: number, random: Random): Record<string, number> {
  const levels: Record<string, number> = {};
  for (const [i, product] of PRODUCTS.entries()) {
    if (i === index % PRODUCTS.length) levels[product] = Math.min(5, 3 + random.below(seniority >= 3 ? 3 : 2));
    else if (random.next() < 0.55) levels[product] = 1 + random.below(Math.min(4, seniority + 1));
  }
  return levels;
}

function languages({ stateCode }: TeamBrief, random: Random): string[] {
  const spoken = ["en"];
  for (const [language] of OTHER_LANGUAGE_SHARES) {
    const isSpanishHere = language === "es" && SPANISH_STATES.has(stateCode);
    const share = language === "es" ? 0.2 : 0.05;
    if (random.next() < (isSpanishHere ? 0.45 : share)) spoken.push(language);
  }
  return spoken;
}

function absences(random: Random, nowMs: number): Absence[] {
  const u = random.next();
  // From an hour's begin, so that plans built within the same hour are the same.
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const lengthMs = (1 + random.below(10)) * DAY_MS;
  if (u < 0.03) return [{ fromMs: hourMs - DAY_MS, toMs: hourMs + lengthMs }];
  if (u < 0.06) return [{ fromMs: hourMs + HOUR_MS, toMs: hourMs + HOUR_MS + lengthMs }];
  return [];
}

/** The demo plays months in an hour, so limits per hour and day are some hundred times those of a real team. */
function limits(seniority: number, random: Random): RepLimits {
  const privatePool = 20 + 10 * random.below(4) + (seniority >= 3 ? 30 : 10);
  const loadMilli = random.next() < 0.5 ? privatePool * 900 : null;
  const claimsPerDay = random.next() < 0.7 ? 500 + 250 * random.below(9) : null;
  return { privatePool: Math.min(80, privatePool), loadMilli, intake: intake(random), claimsPerDay };
}

function intake(random: Random): IntakeLimit[] {
  const u = random.next();
  if (u < 0.1) return [{ lengthMs: HOUR_MS, limit: 240 + 60 * random.below(4), channel: null }];
  if (u < 0.15) return [{ lengthMs: DAY_MS, limit: 4000, channel: null }];
  if (u < 0.2) return [{ lengthMs: HOUR_MS, limit: 60, channel: "portal" }];
  return [];
}

function span(weekdays: readonly number[], fromHour: number, toHour: number): WorkingSpan[] {
  return weekdays.map((weekday) => ({ weekday, fromMinute: fromHour * 60, toMinute: toHour * 60 }));
}
