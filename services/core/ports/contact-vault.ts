import type { Contact } from "../domain/lead/lead.ts";

/** Strong identities; equal values are one customer. */
export type IdentityKind = "phone" | "email" | "registration";

/** Turns personal data into what may leave the door: keyed hashes and sealed envelopes. */
export interface ContactVault {
  /**
   * Keyed hash of a normalised identity, separate for every tenant and kind. A plain hash of a phone number could be
   * reversed by trying all numbers.
   */
  identityKey(tenantId: string, kind: IdentityKind, normalized: string): string;
  /** Encrypts a contact for holders of the contact key; bound to tenant and lead, so it can't be moved to another. */
  seal(tenantId: string, leadId: string, contact: Contact): Uint8Array;
}
