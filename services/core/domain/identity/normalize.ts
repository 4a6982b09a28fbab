import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";

/** Full-width forms to half-width, outer blanks away. Everything else stays as the customer wrote it. */
export function cleanText(text: string): string {
  return text.normalize("NFKC").trim();
}

/**
 * E.164 form of a phone number, or null if no such number can exist. Numbers without a country code are read as the
 * default country's; without a default they are impossible.
 */
export function normalizePhone(phone: string, defaultCountry?: string): string | null {
  const parsed = parsePhoneNumberFromString(cleanText(phone), defaultCountry as CountryCode | undefined);
  return parsed?.isPossible() === true ? parsed.number : null;
}

const ANGLE_ADDRESS = /<([^<>]+)>\s*$/;
/** Deliberately plain: one @, a dot in the domain, no blanks. Deliverability is not decided by a pattern. */
const ADDRESS = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** Lower-case address; `Name <ADDR>` equals `addr` (D4). Null if it is no address. */
export function normalizeEmail(email: string): string | null {
  const cleaned = cleanText(email);
  const address = (ANGLE_ADDRESS.exec(cleaned)?.[1] ?? cleaned).trim().toLowerCase();
  return ADDRESS.test(address) ? address : null;
}

/** Registration number (统一社会信用代码, tax number): letters and digits only, upper case. Null if nothing is left. */
export function normalizeRegistration(number: string): string | null {
  const kept = cleanText(number)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");
  return kept === "" ? null : kept;
}

const LATIN_LEGAL_FORM =
  /\s(?:incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|gmbh|ag|sa|sas|sarl|srl|bv|nv|oy|ab|as|pty|pte)$/;
const CHINESE_LEGAL_FORM = /(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司)$/;

/** Normal form of a company name: case, punctuation and legal form away, in Latin and Chinese scripts. */
export function companyKey(name: string): string {
  let key = cleanText(name)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  // Legal forms pile up ("Co., Ltd."), so they are taken off until none is left, but never down to nothing.
  for (;;) {
    const shorter = key.replace(LATIN_LEGAL_FORM, "").replace(CHINESE_LEGAL_FORM, "").trim();
    if (shorter === key || shorter === "") return key.replaceAll(" ", "");
    key = shorter;
  }
}
