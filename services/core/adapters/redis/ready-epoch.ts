import { defineScript } from "./define-script.ts";
import { metaKey } from "./keys.ts";

/** Asked of the tenant's own server: in a cluster each tenant has one, and each server a run id. */
export const readyEpoch = defineScript<string, number | null>({
  files: ["ledger-preamble", "ready-epoch"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: (tenantId) => ({ keys: [metaKey(tenantId)], argv: [] }),
  decode: (raw) => raw as number | null,
});
