import { setTimeout as delay } from "node:timers/promises";
import { type Producer, findErrorBy } from "@platformatic/kafka";
import { type Header, createCloudEventHeaders } from "./cloud-event-headers.ts";
import { logUnavailable } from "./kafka-faults.ts";
import { LeaderUnknown, type TopicPartition, connectToLeader } from "./leader-connection.ts";
import type { createProduce } from "./produce.ts";
import { type BatchRecord, encodeRecordBatch } from "./record-batch.ts";

/** Above it the broker's limit of a batch comes near. */
export const MAX_APPEND_RECORDS = 1000;

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;

/** The client whose connections are used, and the queue of requests that all topics share. */
export interface Appender {
  readonly producer: Producer;
  readonly produce: ReturnType<typeof createProduce>;
}

/**
 * Appends to one topic. One append is one batch of one partition, so it is there whole or not at all; the next one of the
 * partition waits for it, so that a slow request is not overtaken.
 */
export function createAppend({ producer, produce }: Appender, topic: string, eventType: string) {
  const tails = new Map<number, Promise<unknown>>();
  const headersAt = createCloudEventHeaders(eventType);

  async function send(
    place: TopicPartition,
    { records, headers }: { readonly records: readonly BatchRecord[]; readonly headers: readonly Header[] },
  ): Promise<number> {
    const nowMs = Date.now();
    const batch = encodeRecordBatch(records, headersAt(nowMs, headers), nowMs);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await produce(await connectToLeader(producer, place), place, batch);
      } catch (cause) {
        producer.clearMetadata();
        if (!hasMoved(cause) || attempt === ATTEMPTS) {
          throw logUnavailable(`Records for ${topic}-${place.partition} may not have been stored.`, cause);
        }
        await delay(FIRST_DELAY_MS * 2 ** (attempt - 1));
      }
    }
  }

  /** @param headers of each record, beside those of every event */
  return function append(
    partition: number,
    records: readonly BatchRecord[],
    headers: readonly Header[] = [],
  ): Promise<number> {
    const place = { topic, partition };
    const sending = (tails.get(partition) ?? Promise.resolve()).then(() => send(place, { records, headers }));
    tails.set(
      partition,
      sending.catch(() => undefined),
    );
    return sending;
  };
}

/**
 * The leader moved, as it does for a moment after a topic is created or a broker stops. Asking the new one is worth the
 * rare duplicate (the old one may have stored the batch): every reader drops those.
 */
function hasMoved(error: unknown): boolean {
  return (
    error instanceof LeaderUnknown || (error instanceof Error && findErrorBy(error, "hasStaleMetadata", true) !== null)
  );
}
