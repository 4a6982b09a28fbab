import type { CandidateVerdict } from "../../core/domain/decision/explanation.ts";

/** A verdict in words: why, and the smallest change that would have flipped it. */
export interface Sentences {
  readonly why: string;
  /** Empty for the rep who was chosen. */
  readonly change: string;
}

const NO_CHANGE = "";

/** Complete by type: the compiler asks for the words of every new verdict. */
export function describeVerdict({ verdict, gap }: CandidateVerdict, name: string): Sentences {
  switch (verdict) {
    case "chosen":
      return { why: `${name} got the lead.`, change: NO_CHANGE };
    case "inactive":
      return say(`${name} is not active.`, "being active again");
    case "absent":
      return say(`${name} was absent.`, "being back");
    case "off_shift":
      return say(`${name} was outside working hours.`, "being on shift");
    case "excluded":
      return say(`${name} was excluded from this round, as a former owner of the lead.`, "not being excluded");
    case "skill_missing":
      return say(`${name} lacks a skill that was required.`, `${count(gap, "more level")} of the required skill`);
    case "language_missing":
      return say(`${name} does not speak the lead's language.`, "speaking it");
    case "seniority_too_low":
      return say(`${name} was not senior enough.`, `${count(gap, "more level")} of seniority`);
    case "private_pool_full":
      return say(`${name}'s private pool was full.`, `${count(gap, "free place")} in the private pool`);
    case "load_full":
      return say(`${name}'s open work left no room for the lead.`, `${units(gap)} less of open work`);
    case "intake_window_full":
      return say(`${name} had taken all the leads of the period.`, `${count(gap, "lead")} less in the period`);
    case "daily_claim_limit":
      return say(`${name} had made all claims of the last 24 hours.`, `${count(gap, "claim")} less in 24 hours`);
    default:
      return describeLoser(verdict, gap, name);
  }
}

type Loser = Exclude<CandidateVerdict["verdict"], HardFilter>;
type HardFilter =
  | "chosen"
  | "inactive"
  | "absent"
  | "off_shift"
  | "excluded"
  | "skill_missing"
  | "language_missing"
  | "seniority_too_low"
  | "private_pool_full"
  | "load_full"
  | "intake_window_full"
  | "daily_claim_limit";

/** Reps who could have taken the lead, and why another one came first. */
function describeLoser(verdict: Loser, gap: number, name: string): Sentences {
  switch (verdict) {
    case "beyond_fairness_bound":
      return say(
        `${name} is too far ahead of colleagues in leads received.`,
        `${decimal(gap / 1000)} fewer leads ahead of the least served colleague`,
      );
    case "lower_fit":
      return say(`${name} fits the lead less well than the rep chosen.`, `${decimal(gap / 100)} more points of fit`);
    case "more_credit_used":
      return say(`${name} has had more than the rep chosen.`, `${decimal(gap / 1000)} fewer leads received`);
    case "served_more_recently":
      return say(`${name} got a lead more recently than the rep chosen.`, `waiting ${count(gap, "turn")} longer`);
    case "higher_id":
      return say(`${name} was equal to the rep chosen in everything; the id decided.`, "anything at all in favour");
    case "more_loaded":
      return say(`${name} had more open work than the rep chosen.`, `${units(gap)} less of open work`);
    case "step_not_reached":
      return say(`An earlier step placed the lead, before ${name}'s was reached.`, "no room in the steps before");
    case "outranked":
      return say(`${name} came behind the rep chosen.`, "being put first by the strategy");
  }
}

const say = (why: string, change: string): Sentences => ({ why, change: `It would have taken ${change}.` });
const count = (gap: number, noun: string): string => `${decimal(gap)} ${noun}${gap === 1 ? "" : "s"}`;
const units = (gapMilli: number): string => count(gapMilli / 1_000, "unit");
const decimal = (value: number): string => String(Math.round(value * 1_000) / 1_000);
