import type { LedgerChange } from "../../domain/ledger/reservation.ts";
import { defineScript } from "./define-script.ts";
import { metaKey } from "./keys.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { statusCode } from "./record-codec.ts";

interface ApplyRequest {
  readonly tenantId: string;
  readonly changes: readonly LedgerChange[];
  readonly minEpoch: number;
}

const REOPENED = 0;
const writer = new MessagePackWriter();

export const applyChanges = defineScript<ApplyRequest, "applied" | "fenced">({
  files: ["ledger-preamble", "apply-changes"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode({ tenantId, changes, minEpoch }) {
    writer.array(2).number(minEpoch).array(changes.length);
    for (const change of changes) packChange(change);
    return { keys: [metaKey(tenantId)], argv: [writer.finish()] };
  },
  decode: (raw) => (raw === 1 ? "applied" : "fenced"),
});

function packChange(change: LedgerChange): void {
  writer.array(7).text(change.leadId).number(change.cycle);
  if (change.kind === "reopened") {
    writer.number(REOPENED).text("").false().number(0).array(0);
    return;
  }
  writer.number(statusCode(change.status)).text(change.poolId);
  if (change.repId === null) writer.false();
  else writer.text(change.repId);
  writer.number(change.loadMilli).texts(change.identityKeys);
}
