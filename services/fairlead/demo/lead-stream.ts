import type { Clock } from "../../core/domain/lead/clock.ts";
import type { AttributeValue } from "../../core/domain/lead/lead.ts";
import type { RoutingPlan } from "../../core/domain/plan/routing-plan.ts";
import { createArrival } from "./arrival.ts";
import type { Place } from "./geography.ts";
import { contactAgain, freshContact, numberText, unreachableContact } from "./lead-contact.ts";
import type { DemoContact } from "./lead-contact.ts";
import { leadAttributes, leadIntent, leadLanguage, leadProduct, leadSource } from "./lead-interest.ts";
import type { DemoIntent, DemoSource } from "./lead-interest.ts";
import { borderPoints, locate, locationKind } from "./lead-location.ts";
import type { DemoLocation } from "./lead-location.ts";
import { randomAt } from "./seeded-random.ts";

/** A lead as it comes to the door (SPEC §11); plain JSON. */
export interface DemoLead {
  readonly externalId: string;
  readonly source: DemoSource;
  readonly contact: DemoContact;
  readonly company?: { readonly name: string };
  readonly location: DemoLocation;
  readonly product: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly intent: DemoIntent;
  readonly language: string;
}

export interface DemoLeadOptions {
  readonly seed: number;
  readonly plan: Pick<RoutingPlan, "territories">;
  /** The number of the first lead. A demo that goes on passes how many it has played before. */
  readonly startIndex: number;
  readonly places: readonly Place[];
  readonly areaCodes: readonly string[];
  readonly clock: Clock;
}

const UNREACHABLE_SHARE = 0.005;
const DUPLICATE_SHARE = 0.04;
/** How far back a duplicate may look for its first; leads older than this are mostly done. */
const DUPLICATE_REACH = 3000;
/** Sets the streams of one lead apart: what it is, what it says. */
const KIND_STREAM = 0x5eed;

type LeadKind = "fresh" | "duplicate" | "unreachable";

/** Leads without end: lead `n` depends on the seed, on `n`, and by its place on the quarter of an hour. */
export function* createDemoLeads(options: DemoLeadOptions): Generator<DemoLead, never> {
  const leadAt = createLeadMaker(options);
  for (let index = options.startIndex; ; index++) yield leadAt(index);
}

function createLeadMaker({ seed, plan, places, areaCodes, clock }: DemoLeadOptions): (index: number) => DemoLead {
  const placeOf = createArrival(places, clock);
  const borders = borderPoints(plan.territories);

  function contactFor(kind: LeadKind, firstIndex: number, byPhone: boolean): DemoContact {
    switch (kind) {
      case "fresh":
        return freshContact(firstIndex, areaCodes);
      case "duplicate":
        return contactAgain(freshContact(firstIndex, areaCodes), byPhone);
      case "unreachable":
        return unreachableContact(firstIndex);
    }
  }

  return function leadAt(index) {
    const firstIndex = firstOf(seed, index);
    const kind = kindOf(seed, index, firstIndex);
    // A duplicate has the first lead's place and company; it says the rest anew, over another channel.
    const first = randomAt(seed, firstIndex);
    const random = kind === "duplicate" ? randomAt(seed, index) : first;
    const firstChannel = kind === "duplicate" ? leadSource(first, null).channel : null;
    const source = leadSource(random, firstChannel);
    const place = placeOf(first);
    const hasCompany = first.next() < 0.6;
    return {
      externalId: `demo-${numberText(index)}`,
      source,
      contact: contactFor(kind, firstIndex, random.next() < 0.5),
      ...(hasCompany && { company: { name: `${place.name} Site ${numberText(firstIndex)}` } }),
      location: locate(locationKind(random), place, borders, random),
      product: leadProduct(random),
      attributes: leadAttributes(random),
      intent: leadIntent(random),
      language: leadLanguage(random, place.stateCode),
    };
  };
}

/** The lead that `index` repeats, or `index` itself if it repeats none. */
function firstOf(seed: number, index: number): number {
  if (!isDuplicate(seed, index)) return index;
  const random = randomAt(seed ^ KIND_STREAM, -index);
  // Squared: most come back soon.
  let first = index - 1 - Math.floor(DUPLICATE_REACH * random.next() ** 2);
  while (first >= 0 && (isDuplicate(seed, first) || isUnreachable(seed, first))) first--;
  return first < 0 ? index : first;
}

function kindOf(seed: number, index: number, firstIndex: number): LeadKind {
  if (firstIndex !== index) return "duplicate";
  return isUnreachable(seed, index) ? "unreachable" : "fresh";
}

function isUnreachable(seed: number, index: number): boolean {
  return randomAt(seed ^ KIND_STREAM, index).next() < UNREACHABLE_SHARE;
}

function isDuplicate(seed: number, index: number): boolean {
  return randomAt(seed ^ KIND_STREAM, index).next() >= 1 - DUPLICATE_SHARE;
}
