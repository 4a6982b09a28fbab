import type { ReserveReply, ReserveRequest } from "../../domain/ledger/reservation.ts";
import { reserveBatch as decideBatch } from "../../domain/ledger/reserve.ts";
import { BatchIndex } from "./batch-index.ts";
import { readReply } from "./batch-reply.ts";
import { BatchReps } from "./batch-reps.ts";
import { BatchSnapshot } from "./batch-snapshot.ts";
import type { RedisClient } from "./connect.ts";
import { defineScript } from "./define-script.ts";
import { expectAgreement } from "./expect-agreement.ts";
import { metaKey } from "./keys.ts";
import { packBatch } from "./pack-batch.ts";
import type { KnownPlaces } from "./rep-places.ts";

interface IndexedRequest {
  readonly request: ReserveRequest;
  readonly index: BatchIndex;
  readonly reps: BatchReps;
}

const parts = ["ledger-preamble", "reserve-snapshot", "reserve-windows", "reserve-choose", "reserve-batch"];

const runBatch = defineScript<IndexedRequest, ReserveReply>({
  files: parts.map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ request, index, reps }) => ({
    keys: [metaKey(request.tenantId)],
    argv: [packBatch(request, index, reps), reps.places.names.of(reps.stretches)],
  }),
  decode(raw, { request, index, reps }) {
    const reply = readReply(raw);
    if (reply.kind === "fenced") return reply;
    const results = decideBatch(new BatchSnapshot(request, { index, reps, raw: reply.snapshot }), request);
    expectAgreement(request, results, reply.answers);
    return { kind: "reserved", results };
  },
});

export async function reserveBatch(
  client: RedisClient,
  known: KnownPlaces,
  request: ReserveRequest,
): Promise<ReserveReply> {
  const index = new BatchIndex(request);
  const groups = index.groups.values;
  const places = await known.find(client, request, groups);
  if (places === null) return { kind: "fenced" };
  const reply = await runBatch(client, { request, index, reps: new BatchReps(places, groups) });
  if (reply.kind === "fenced") known.forget(request.tenantId);
  return reply;
}
