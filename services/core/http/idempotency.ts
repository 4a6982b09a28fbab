import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Fault } from "../domain/fault.ts";
import { IdempotencyStore, type IdempotencyOptions, type StoredAnswer } from "./idempotency-store.ts";

const HEADER = "idempotency-key";
const KEY = /^[\x21-\x7e]{1,128}$/;

export const IDEMPOTENCY_DEFAULTS = { maxEntries: 10_000, maxBytes: 16 * 1024 * 1024, keepMs: 24 * 3_600_000 } as const;

/**
 * `Idempotency-Key` on POST: the same key of the same caller on the same path gets the first answer again, marked
 * `Idempotency-Replayed: true`; with another body it is 422. A second request waits while the first is under way.
 *
 * Limits: the memory of this process only, so a key is forgotten by a restart and unknown to other replicas; bounded
 * by count, bytes and age. Answers of 5xx are not kept, because repeating is right then. Bulk uploads are exempt: their
 * lines are idempotent by `externalId`. Nothing relies on it for correctness: the commit protocol decides once anyway.
 */
export function replayAnswers(app: FastifyInstance, options: IdempotencyOptions): void {
  const store = new IdempotencyStore(options);
  const claimed = new WeakMap<FastifyRequest, string>();

  app.addHook("preHandler", async (request, reply) => {
    const key = request.headers[HEADER];
    if (request.method !== "POST" || key === undefined || request.principal === null) return;
    if (typeof key !== "string" || !KEY.test(key)) {
      throw new Fault("REQUEST_INVALID", "Idempotency-Key is 1 to 128 visible ASCII characters");
    }
    const bodyHash = hashOf(request.body);
    if (bodyHash === null) return;
    const { tenantId, principalId } = request.principal;
    const entryKey = [tenantId, principalId, request.url, key].join("\n");
    const answer = await store.begin(entryKey, bodyHash);
    if (answer === "other_body") {
      throw new Fault("REQUEST_INVALID", "Idempotency-Key was used with another body");
    }
    if (answer === "first") {
      claimed.set(request, entryKey);
      return;
    }
    return reply
      .code(answer.status)
      .headers({ "content-type": answer.contentType, "idempotency-replayed": "true" })
      .serializer(String)
      .send(answer.payload);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const entryKey = claimed.get(request);
    if (entryKey === undefined) return;
    claimed.delete(request);
    const keeps = reply.statusCode < 500 && typeof payload === "string";
    const answer: StoredAnswer | null = keeps
      ? { status: reply.statusCode, contentType: String(reply.getHeader("content-type")), payload }
      : null;
    store.finish(entryKey, answer);
  });

  // A connection that broke before the answer: whoever repeats is the first again.
  app.addHook("onRequestAbort", async (request) => {
    const entryKey = claimed.get(request);
    if (entryKey !== undefined) store.finish(entryKey, null);
  });
}

/** Null for streams, which have not been read yet. */
function hashOf(body: unknown): string | null {
  if (typeof body === "object" && body !== null && "pipe" in body) return null;
  return createHash("sha256")
    .update(JSON.stringify(body) ?? "")
    .digest("base64");
}
