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

/** As in apply-changes.lua. */
const KIND_CODES = { ended: 1, reopened: 2, confirmed: 3 } as const satisfies Record<LedgerChange["kind"], number>;
const FIELDS = { ended: 8, reopened: 3, confirmed: 4 } as const satisfies Record<LedgerChange["kind"], number>;
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
  writer.array(FIELDS[change.kind]).number(KIND_CODES[change.kind]).text(change.leadId).number(change.cycle);
  switch (change.kind) {
    case "ended":
      return packEnd(change);
    case "confirmed":
      return void writer.number(change.epoch);
    case "reopened":
  }
}

/** A release to a pool is kept as a release: the pool says the rest. */
function packEnd({ status, poolId, repId, loadMilli, identityKeys }: Extract<LedgerChange, { kind: "ended" }>) {
  writer.number(statusCode(status === "closed" ? "closed" : "released")).text(poolId);
  if (repId === null) writer.false();
  else writer.text(repId);
  writer.number(loadMilli).texts(identityKeys);
}
