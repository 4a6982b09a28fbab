/** How a lead can be reached. Nobody: a number for a name, reserved domains, numbers kept for fiction. */
export interface DemoContact {
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
}

const DOMAINS = ["example.com", "example.org", "example.net"] as const;
/** 555-0100 to 555-0199 in each area code belong to nobody. */
const FICTION_LINES = 100;
/**
 * Fiction has some 40,000 US numbers, the demo millions of leads, and a number that comes again is a duplicate. One
 * lead in 25 having a phone makes the numbers last for a million leads.
 */
const LEADS_PER_PHONE = 25;
const LEADS_PER_EMAIL_FREE_PHONE = 50;

/** Area codes whose fiction numbers are valid for libphonenumber: real ones, without a list to maintain. */
export async function loadAreaCodes(): Promise<readonly string[]> {
  const { parsePhoneNumberFromString } = await import("libphonenumber-js/max");
  const codes: string[] = [];
  for (let code = 201; code <= 989; code++) {
    const phone = parsePhoneNumberFromString(`+1${code}5550100`);
    if (phone?.isValid() === true && phone.country === "US") codes.push(String(code));
  }
  return codes;
}

/** The contact of lead `index`, the same whenever it is asked for. */
export function freshContact(index: number, areaCodes: readonly string[]): DemoContact {
  const name = buyerName(index);
  const email = `buyer${numberText(index)}@${DOMAINS[index % DOMAINS.length]!}`;
  if (index % LEADS_PER_PHONE !== 0) return { name, email };
  const nth = index / LEADS_PER_PHONE;
  const line = Math.floor(nth / areaCodes.length) % FICTION_LINES;
  const phone = `+1${areaCodes[nth % areaCodes.length]!}55501${String(line).padStart(2, "0")}`;
  return index % LEADS_PER_EMAIL_FREE_PHONE === 0 ? { name, phone } : { name, phone, email };
}

/** Too short to be anybody's number anywhere; without an e-mail beside it, the lead cannot be reached. */
export function unreachableContact(index: number): DemoContact {
  return { name: buyerName(index), phone: `+1555${String(index % 100).padStart(2, "0")}` };
}

/** Somebody known writes or calls again, giving the phone or the e-mail only. */
export function contactAgain(contact: DemoContact, byPhone: boolean): DemoContact {
  const { name, phone, email } = contact;
  if (phone !== undefined && (byPhone || email === undefined)) return { name, phone };
  return email === undefined ? { name } : { name, email };
}

export function numberText(index: number): string {
  return String(index).padStart(6, "0");
}

function buyerName(index: number): string {
  return `Buyer ${numberText(index)}`;
}
