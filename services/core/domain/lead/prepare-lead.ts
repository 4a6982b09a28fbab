import { hash } from "node:crypto";
import { cleanText, companyKey, normalizeEmail, normalizePhone, normalizeRegistration } from "../identity/normalize.ts";
import { gcj02ToWgs84 } from "../territory/datum.ts";
import { LEAD_LIMITS, type CapturedLead, type CapturedLocation } from "./captured-lead.ts";
import type { Clock } from "./clock.ts";
import type { Contact, LeadLocation, LeadRequest } from "./lead.ts";

/** What a holder of the keys does for the door; the real one is `ports/contact-vault.ts`. */
export interface ContactKeys {
  identityKey(tenantId: string, kind: "phone" | "email" | "registration", normalized: string): string;
  seal(tenantId: string, leadId: string, contact: Contact): Uint8Array;
}

export interface PrepareDefaults {
  /** Whose lead it is if the record does not say. */
  readonly tenantId: string;
  /** Id for a lead that has neither an id nor an external id. */
  readonly leadId: () => string;
  /** Country of phone numbers without a country code; undefined makes them impossible. */
  readonly country?: string;
}

/**
 * Makes a captured lead ready for routing: cleansed, identified, converted to WGS-84, and without its contact in clear.
 * A lead nobody could reach is not refused at the door but recorded as rejected, with the reason.
 */
export function createPrepareLead({ vault, clock }: { readonly vault: ContactKeys; readonly clock: Clock }) {
  return function prepareLead(captured: CapturedLead, defaults: PrepareDefaults): LeadRequest {
    const tenantId = captured.tenantId || defaults.tenantId;
    const leadId = captured.leadId || derivedLeadId(tenantId, captured) || defaults.leadId();
    const identities = strongIdentities(captured, defaults.country);
    const nowMs = clock();
    return {
      facts: {
        tenantId,
        leadId,
        externalId: captured.externalId,
        source: captured.source,
        location: toWgs84Location(captured.location),
        // Cleaning may lengthen a text, and a prepared lead is held to the same limits.
        product: cleanText(captured.product).slice(0, LEAD_LIMITS.nameLength),
        language: cleanText(captured.language).toLowerCase(),
        companyKey: companyKey(captured.company.name),
        attributes: captured.attributes,
        intent: captured.intent,
        identityKeys: identities.map(({ kind, value }) => vault.identityKey(tenantId, kind, value)),
        // A capture in the future is a wrong clock, and would make the lead wait for ever younger ones.
        capturedAtMs: captured.capturedAtMs > 0 ? Math.min(captured.capturedAtMs, nowMs) : nowMs,
        score: 0,
      },
      sealedContact: vault.seal(tenantId, leadId, captured.contact),
      cycle: 1,
      rerouteReason: "",
      excludedRepIds: [],
      rejectedReason: isUnreachable(captured.contact, identities) ? "unreachable_contact" : "",
    };
  };
}

/** The same external id from the same channel is the same lead, however often it is sent. */
function derivedLeadId(tenantId: string, { externalId, source }: CapturedLead): string {
  if (externalId === "") return "";
  return hash("sha256", `${tenantId}\u001f${source.channel}\u001f${externalId}`, "hex").slice(0, 24);
}

interface Identity {
  readonly kind: "phone" | "email" | "registration";
  readonly value: string;
}

function strongIdentities({ contact, company }: CapturedLead, country: string | undefined): readonly Identity[] {
  const candidates = [
    { kind: "phone", value: contact.phone === "" ? null : normalizePhone(contact.phone, country) },
    { kind: "email", value: contact.email === "" ? null : normalizeEmail(contact.email) },
    { kind: "registration", value: normalizeRegistration(company.registrationNumber) },
  ] as const;
  return candidates.filter((candidate): candidate is Identity => candidate.value !== null);
}

/** True if ways to reach the customer were given and none of them can work. No contact at all is the source's choice. */
function isUnreachable({ phone, email }: Contact, identities: readonly Identity[]): boolean {
  return (phone !== "" || email !== "") && !identities.some(({ kind }) => kind !== "registration");
}

function toWgs84Location({ latitudeDeg, longitudeDeg, datum, postalCode, adminCode }: CapturedLocation): LeadLocation {
  const codes = { postalCode: cleanText(postalCode), adminCode: cleanText(adminCode) };
  if (latitudeDeg === null || longitudeDeg === null) return { latitudeDeg: null, longitudeDeg: null, ...codes };
  return {
    ...(datum === "GCJ-02" ? gcj02ToWgs84({ latitudeDeg, longitudeDeg }) : { latitudeDeg, longitudeDeg }),
    ...codes,
  };
}
