import { entryOf } from "../../domain/ledger/lead-entry.ts";
import type { ReserveItem, ReserveRequest, ReserveResult } from "../../domain/ledger/reservation.ts";
import { ANSWER_CODES } from "./batch-reply.ts";
import { leadBytes, writeLead } from "./record-codec.ts";

/** One for all calls: it is compared before anything else runs. */
let expected = Buffer.allocUnsafe(65_536);

/**
 * The script and the specification decided the same snapshot. Where they differ one of them is wrong, and the batch must
 * not reach the log.
 *
 * @param answers of the script, byte by byte what the results come to
 */
export function expectAgreement(
  { items, tenantId }: ReserveRequest,
  results: readonly ReserveResult[],
  answers: Buffer,
): void {
  let end = 0;
  for (let place = 0; place < items.length; place += 1) {
    const start = end;
    end = writeAnswer(start, items[place]!, results[place]!);
    if (end <= answers.length && expected.compare(answers, start, end, start, end) === 0) continue;
    const { leadId, cycle } = items[place]!;
    throw new Error(`reserve-batch.lua and reserve.ts differ on cycle ${cycle} of lead ${leadId} of ${tenantId}.`);
  }
  if (end !== answers.length) throw new Error(`reserve-batch.lua answered for more leads of ${tenantId} than it got.`);
}

/** Returns where it ends. */
function writeAnswer(start: number, { cycle }: ReserveItem, result: ReserveResult): number {
  if (result.kind === "decided" && !result.replayed) {
    const entry = entryOf({ ...result, cycle });
    reserveBytes(start + leadBytes(entry));
    return writeLead(expected, start, entry);
  }
  reserveBytes(start + 1);
  return expected.writeUInt8(answerCode(result), start);
}

function reserveBytes(size: number): void {
  if (size <= expected.length) return;
  const larger = Buffer.allocUnsafe(size * 2);
  expected.copy(larger);
  expected = larger;
}

function answerCode(result: ReserveResult): number {
  switch (result.kind) {
    case "decided":
      return ANSWER_CODES.replayed;
    case "superseded":
      return ANSWER_CODES.superseded;
    case "refused":
      return refusalCode(result.reason);
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
