import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createAesContactVault, openContact } from "./aes-contact-vault.ts";

const keys = { identityKey: randomBytes(32), contactKey: randomBytes(32) };
const CONTACT = { name: "Ana Ruiz", phone: "+13125550137", email: "ana@example.com" };
const NONCE_BYTES = 12;

it("seals a contact so that the key opens it, and only as that lead's", () => {
  const sealed = createAesContactVault(keys).seal("acme", "lead-1", CONTACT);
  expect(openContact(keys.contactKey, "acme", "lead-1", sealed)).toEqual(CONTACT);
  expect(() => openContact(keys.contactKey, "acme", "lead-2", sealed)).toThrow();
  expect(() => openContact(keys.identityKey, "acme", "lead-1", sealed)).toThrow();
});

it("never uses a nonce twice, however many contacts it seals", () => {
  const vaults = [createAesContactVault(keys), createAesContactVault(keys)];
  const nonces = vaults.flatMap((vault) =>
    Array.from({ length: 1_000 }, () =>
      Buffer.from(vault.seal("acme", "lead-1", CONTACT)).toString("hex", 0, NONCE_BYTES),
    ),
  );
  expect(new Set(nonces).size).toBe(2_000);
});

it("knows the same phone by the same key, and no other kind or tenant by it", () => {
  const [vault, other] = [createAesContactVault(keys), createAesContactVault({ ...keys, contactKey: null })];
  const key = vault.identityKey("acme", "phone", CONTACT.phone);
  expect(other.identityKey("acme", "phone", CONTACT.phone)).toBe(key);
  expect(vault.identityKey("acme", "email", CONTACT.phone)).not.toBe(key);
  expect(vault.identityKey("rival", "phone", CONTACT.phone)).not.toBe(key);
});
