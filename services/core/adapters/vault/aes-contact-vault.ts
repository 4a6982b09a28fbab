import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomFillSync } from "node:crypto";
import type { Contact } from "../../domain/lead/lead.ts";
import type { ContactVault } from "../../ports/contact-vault.ts";

export interface VaultKeys {
  /** 32 bytes; the pepper of identity hashes. Routers need it, and it opens nothing. */
  readonly identityKey: Uint8Array;
  /** 32 bytes; opens contacts. Null where contacts are only hashed and dropped. */
  readonly contactKey: Uint8Array | null;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 128 bits of the hash are kept: short enough for every record, far beyond accidental collisions. */
const IDENTITY_BYTES = 16;

/** AES-256-GCM envelopes (nonce, tag, ciphertext) and HMAC-SHA-256 identities. */
export function createAesContactVault(keys: VaultKeys): ContactVault {
  // Node takes a key object at once; of bytes it first finds out what they are, which costs more than sealing with them.
  const identityKey = createSecretKey(keys.identityKey);
  const contactKey = keys.contactKey === null ? null : createSecretKey(keys.contactKey);
  const nextNonce = createNonces();
  return {
    identityKey(tenantId, kind, normalized) {
      const mac = createHmac("sha256", identityKey).update(`${tenantId}\u001f${kind}\u001f${normalized}`).digest();
      return mac.subarray(0, IDENTITY_BYTES).toString("base64url");
    },
    seal(tenantId, leadId, contact) {
      if (contactKey === null || isEmpty(contact)) return new Uint8Array();
      const nonce = nextNonce();
      const cipher = createCipheriv("aes-256-gcm", contactKey, nonce);
      cipher.setAAD(associatedData(tenantId, leadId));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(contact), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
  };
}

/** Random nonces, a hundred from each call to the system. */
function createNonces(): () => Uint8Array {
  const bytes = new Uint8Array(NONCE_BYTES * 100);
  let used = bytes.length;
  return function nextNonce() {
    if (used === bytes.length) {
      randomFillSync(bytes);
      used = 0;
    }
    used += NONCE_BYTES;
    return bytes.subarray(used - NONCE_BYTES, used);
  };
}

/** Opens an envelope. @throws if the key, tenant or lead is another, or a bit was changed */
export function openContact(contactKey: Uint8Array, tenantId: string, leadId: string, sealed: Uint8Array): Contact {
  const decipher = createDecipheriv("aes-256-gcm", contactKey, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(associatedData(tenantId, leadId));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const opened = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(opened.toString("utf8")) as Contact;
}

const associatedData = (tenantId: string, leadId: string): Buffer => Buffer.from(`${tenantId}\u001f${leadId}`);
const isEmpty = ({ name, phone, email }: Contact): boolean => name === "" && phone === "" && email === "";
