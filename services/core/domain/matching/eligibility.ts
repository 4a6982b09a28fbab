import type { CandidateVerdict } from "../decision/explanation.ts";
import type { LeadFacts } from "../lead/lead.ts";
import type { Rep } from "../rep/rep.ts";
import type { SkillRequirement, Step } from "./policy.ts";

/** Fits are integers up to this, so that every ledger compares them exactly. */
export const FIT_SCALE = 10_000;
/** From this score on seniority counts: experienced reps for valuable leads. */
export const HIGH_VALUE_SCORE = 50;

const SKILL_SHARE = 0.7;
const SENIORITY_SHARE = 0.2;
const LANGUAGE_SHARE = 0.1;
const MAX_LEVEL = 5;
/** Stands for the lead's product in a skill requirement. */
const PRODUCT_SKILL = "{product}";

/** A requirement with the lead's product filled in; null when it asks for a product the lead does not name. */
function requirementFor({ skill, level }: SkillRequirement, facts: LeadFacts): SkillRequirement | null {
  if (skill !== PRODUCT_SKILL) return { skill, level };
  return facts.product === "" ? null : { skill: facts.product, level };
}

const levelOf = (rep: Rep, skill: string): number => (Object.hasOwn(rep.skills, skill) ? (rep.skills[skill] ?? 0) : 0);

/** The first hard filter of a step that stops a rep who is present, cheapest first; null if none does. */
export function hardFilter(rep: Rep, step: Step, facts: LeadFacts): Pick<CandidateVerdict, "verdict" | "gap"> | null {
  for (const required of step.requiredSkills) {
    const requirement = requirementFor(required, facts);
    if (requirement === null) continue;
    const missing = requirement.level - levelOf(rep, requirement.skill);
    if (missing > 0) return { verdict: "skill_missing", gap: missing };
  }
  if (step.languageRequired && facts.language !== "" && !rep.languages.includes(facts.language)) {
    return { verdict: "language_missing", gap: 1 };
  }
  if (rep.seniority < step.minSeniority) {
    return { verdict: "seniority_too_low", gap: step.minSeniority - rep.seniority };
  }
  return null;
}

/**
 * How well a rep suits a lead, 0…10000: 70 % mean level of the required and preferred skills, 20 % seniority (only for
 * valuable leads; the middle otherwise), 10 % speaking the lead's language.
 */
export function fitOf(rep: Rep, step: Step, facts: LeadFacts): number {
  let wanted = 0;
  let levels = 0;
  for (const requirement of [...step.requiredSkills, ...step.preferredSkills]) {
    const skill = requirementFor(requirement, facts)?.skill;
    if (skill === undefined) continue;
    wanted += MAX_LEVEL;
    levels += levelOf(rep, skill);
  }
  const skill = wanted === 0 ? 1 : levels / wanted;
  const seniority = facts.score >= HIGH_VALUE_SCORE ? rep.seniority / MAX_LEVEL : 0.5;
  const language = facts.language === "" || rep.languages.includes(facts.language) ? 1 : 0;
  return Math.round(FIT_SCALE * (SKILL_SHARE * skill + SENIORITY_SHARE * seniority + LANGUAGE_SHARE * language));
}
