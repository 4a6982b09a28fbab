import type { AttributeValue, LeadFacts } from "../lead/lead.ts";

/** A typed test of one fact; `all` of a list must hold. No expressions, so evaluation is bounded. */
export interface Condition {
  /** `product`, `language`, `channel`, `campaign`, `status`, `timing`, `score`, or `attributes.<name>`. */
  readonly field: string;
  readonly operator: "equals" | "one_of" | "at_least" | "at_most" | "present";
  readonly value: string | number | boolean | readonly string[];
}
export type Predicate = readonly Condition[];

/** True if every condition holds; the empty predicate always does. A missing fact satisfies no condition. */
export function holds(predicate: Predicate, facts: LeadFacts): boolean {
  // Without a closure: some twenty predicates are asked of each lead.
  for (const condition of predicate) if (!conditionHolds(condition, factOf(facts, condition.field))) return false;
  return true;
}

function conditionHolds({ operator, value }: Condition, fact: AttributeValue | null): boolean {
  if (fact === null || fact === "") return false;
  switch (operator) {
    case "present":
      return true;
    case "equals":
      return fact === value;
    case "one_of":
      return Array.isArray(value) && value.includes(fact);
    case "at_least":
      return typeof fact === "number" && typeof value === "number" && fact >= value;
    case "at_most":
      return typeof fact === "number" && typeof value === "number" && fact <= value;
  }
}

const ATTRIBUTE_PREFIX = "attributes.";

/** Fields a condition may name, besides `attributes.<name>`. Publishing a plan with another one is refused. */
export const FACT_FIELDS = ["product", "language", "channel", "campaign", "status", "timing", "score"] as const;

function factOf(facts: LeadFacts, field: string): AttributeValue | null {
  if (field.startsWith(ATTRIBUTE_PREFIX)) {
    const name = field.slice(ATTRIBUTE_PREFIX.length);
    return Object.hasOwn(facts.attributes, name) ? (facts.attributes[name] ?? null) : null;
  }
  switch (field as (typeof FACT_FIELDS)[number]) {
    case "product":
      return facts.product;
    case "language":
      return facts.language;
    case "channel":
      return facts.source.channel;
    case "campaign":
      return facts.source.campaign;
    case "status":
      return facts.intent.status;
    case "timing":
      return facts.intent.timing;
    case "score":
      return facts.score;
  }
}

/** True if publication should accept the field name. */
export function isFactField(field: string): boolean {
  return field.startsWith(ATTRIBUTE_PREFIX) || (FACT_FIELDS as readonly string[]).includes(field);
}
