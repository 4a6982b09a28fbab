import type { ReserveReply, ReserveRequest } from "../../domain/ledger/reservation.ts";
import { reserveBatch as decideBatch } from "../../domain/ledger/reserve.ts";
import { BatchIndex } from "./batch-index.ts";
import { readReply } from "./batch-reply.ts";
import { BatchSnapshot } from "./batch-snapshot.ts";
import { defineScript } from "./define-script.ts";
import { expectAgreement } from "./expect-agreement.ts";
import { metaKey } from "./keys.ts";
import { packBatch } from "./pack-batch.ts";

export interface IndexedRequest {
  readonly request: ReserveRequest;
  readonly index: BatchIndex;
}

export const indexRequest = (request: ReserveRequest): IndexedRequest => ({ request, index: new BatchIndex(request) });

const parts = ["ledger-preamble", "reserve-snapshot", "reserve-windows", "reserve-choose", "reserve-batch"];

export const reserveBatch = defineScript<IndexedRequest, ReserveReply>({
  files: parts.map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ request, index }) => ({ keys: [metaKey(request.tenantId)], argv: [packBatch(request, index)] }),
  decode(raw, { request, index }) {
    const reply = readReply(raw);
    if (reply.kind === "fenced") return reply;
    const results = decideBatch(new BatchSnapshot(request, index, reply.snapshot), request);
    expectAgreement(request, results, reply.answers);
    return { kind: "reserved", results };
  },
});
