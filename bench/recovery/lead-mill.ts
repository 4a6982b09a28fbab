import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { randomAt, type Random } from "../../services/fairlead/demo/seeded-random.ts";

/** Makes any number of leads from a few prepared ones: same places and products, but leads and customers of their own. */
export interface LeadMill {
  next(capturedAtMs: number): LeadRequest;
}

const SEED = 11;
/** Of a customer who is known already, as long as the earlier lead is open. */
const REPEATED_SHARE = 0.01;
const REMEMBERED = 1000;

export function createLeadMill(templates: readonly LeadRequest[]): LeadMill {
  const random = randomAt(SEED, 0);
  const recentKeys: (readonly string[])[] = [];
  let made = 0;
  return {
    next(capturedAtMs) {
      const template = templates[made % templates.length]!;
      const identityKeys = random.next() < REPEATED_SHARE && recentKeys.length > 0 ? repeated(random) : fresh(template);
      recentKeys[made % REMEMBERED] = identityKeys;
      made++;
      const facts = { ...template.facts, leadId: uuid(random), identityKeys, capturedAtMs };
      return { ...template, facts };
    },
  };

  function repeated({ below }: Random): readonly string[] {
    return recentKeys[below(recentKeys.length)]!;
  }

  /** As many as the template has, and as long. */
  function fresh({ facts }: LeadRequest): readonly string[] {
    return facts.identityKeys.map((key) =>
      `${hex(random)}${hex(random)}${hex(random)}${hex(random)}`.padEnd(key.length, "0"),
    );
  }
}

const hex = ({ below }: Random): string => below(0x1_0000_0000).toString(16).padStart(8, "0");

function uuid(random: Random): string {
  const digits = `${hex(random)}${hex(random)}${hex(random)}${hex(random)}`;
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20)].join("-");
}
