import type { ReserveReply, ReserveRequest, ReserveResult } from "../../domain/ledger/reservation.ts";
import { entryOf } from "../../domain/ledger/lead-entry.ts";
import { reserveBatch as decideBatch } from "../../domain/ledger/reserve.ts";
import { BatchIndex } from "./batch-index.ts";
import { ANSWER_CODES, type RawAnswer, readReply } from "./batch-reply.ts";
import { BatchSnapshot } from "./batch-snapshot.ts";
import { defineScript } from "./define-script.ts";
import { metaKey } from "./keys.ts";
import { packBatch } from "./pack-batch.ts";
import { isRecordOf } from "./record-codec.ts";

export interface IndexedRequest {
  readonly request: ReserveRequest;
  readonly index: BatchIndex;
}

export const indexRequest = (request: ReserveRequest): IndexedRequest => ({ request, index: new BatchIndex(request) });

const parts = ["ledger-preamble", "reserve-snapshot", "reserve-choose", "reserve-batch"];

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

/**
 * The script and the specification decided the same snapshot. Where they differ one of them is wrong, and the batch
 * must not reach the log.
 */
function expectAgreement(
  { items, tenantId }: ReserveRequest,
  results: readonly ReserveResult[],
  answers: readonly RawAnswer[],
): void {
  for (let place = 0; place < items.length; place += 1) {
    const { leadId, cycle } = items[place]!;
    if (agrees(results[place]!, answers[place], cycle)) continue;
    throw new Error(`reserve-batch.lua and reserve.ts differ on cycle ${cycle} of lead ${leadId} of ${tenantId}.`);
  }
}

function agrees(result: ReserveResult, answer: RawAnswer | undefined, cycle: number): boolean {
  switch (result.kind) {
    case "superseded":
      return answer === ANSWER_CODES.superseded;
    case "refused":
      return answer === refusalCode(result.reason);
    case "decided":
      if (result.replayed) return answer === ANSWER_CODES.replayed;
      return Buffer.isBuffer(answer) && isRecordOf(answer, entryOf({ ...result, cycle }));
  }
}

/** Which of the limits it was only the specification says. */
function refusalCode(reason: Extract<ReserveResult, { kind: "refused" }>["reason"]): number {
  switch (reason) {
    case "stale_version":
    case "already_owned":
    case "lead_closed":
      return ANSWER_CODES[reason];
    case "no_capacity":
    case "private_pool_full":
    case "load_full":
    case "intake_window_full":
    case "daily_claim_limit":
      return ANSWER_CODES.no_room;
  }
}
