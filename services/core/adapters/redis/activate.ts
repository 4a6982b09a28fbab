import { defineScript } from "./define-script.ts";
import { ledgerKeys, metaKey } from "./keys.ts";

interface ActivateRequest {
  readonly tenantId: string;
  readonly epoch: number;
  readonly runId: string;
  /** What `seeding` holds since these rows began to be written. */
  readonly mark: string;
}

export const activate = defineScript<ActivateRequest, "activated" | "superseded">({
  files: ["ledger-preamble", "activate"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ tenantId, epoch, runId, mark }) => ({
    keys: [metaKey(tenantId), ledgerKeys(tenantId, epoch).seeding],
    argv: [String(epoch), runId, mark],
  }),
  decode: (raw) => (raw === 1 ? "activated" : "superseded"),
});
