import { expectNoEviction } from "./connect.ts";
import { defineScript } from "./define-script.ts";
import { ledgerKeys, metaKey } from "./keys.ts";

interface BeginRequest {
  readonly tenantId: string;
  readonly epoch: number;
  /** What `seeding` is to hold until these rows are active. */
  readonly mark: string;
}

/**
 * Answers with the run id of the tenant's server, or `superseded`.
 *
 * @throws Fault CONFIG_INVALID if that server may evict keys: it need not have been a master at the start.
 */
export const beginSeeding = defineScript<BeginRequest, string>({
  files: ["ledger-preamble", "begin-seeding"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ tenantId, epoch, mark }) => ({
    keys: [metaKey(tenantId), ledgerKeys(tenantId, epoch).seeding],
    argv: [String(epoch), mark],
  }),
  decode(raw) {
    if (raw === 0) return "superseded";
    const [runId, policy] = raw as [Buffer, Buffer];
    expectNoEviction(policy.toString());
    return runId.toString();
  },
});
