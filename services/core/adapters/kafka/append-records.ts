import { setTimeout as delay } from "node:timers/promises";
import { MultipleErrors, type Producer } from "@platformatic/kafka";
import type { Codec } from "../../wire/codec.ts";
import { createCloudEventHeaders } from "./cloud-event-headers.ts";
import type { TopicPartition } from "./end-offset.ts";
import { logUnavailable } from "./kafka-faults.ts";

/** Above it the client's cost a record grows again, and the broker's limit of a batch comes near. */
export const MAX_APPEND_RECORDS = 1000;

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;

/**
 * Appends to one topic. One request is one batch of one partition, so it is there whole or not at all; the next one of the
 * partition waits for it, so that a slow request is not overtaken.
 */
export function createAppend<T>(producer: Producer, topic: string, codec: Codec<T>) {
  const tails = new Map<number, Promise<unknown>>();
  const headersAt = createCloudEventHeaders(codec.eventType);

  async function send({ partition }: TopicPartition, values: readonly T[]): Promise<number> {
    const headers = headersAt(Date.now());
    const messages = values.map((value) => {
      const key = codec.key(value);
      const record = { topic, partition, value: bufferOf(codec.encode(value)), headers: headers() };
      return key === null ? record : { ...record, key: bufferOf(key) };
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { offsets } = await producer.send({ messages, acks: -1 });
        const [first] = offsets ?? [];
        if (first === undefined || first.partition !== partition) throw new Error("The broker confirmed no offset.");
        return Number(first.offset);
      } catch (cause) {
        producer.clearMetadata();
        if (!hasMoved(cause) || attempt === ATTEMPTS) {
          throw logUnavailable(`Records for ${topic}-${partition} may not have been stored.`, cause);
        }
        await delay(FIRST_DELAY_MS * 2 ** (attempt - 1));
      }
    }
  }

  return function append(partition: number, values: readonly T[]): Promise<number> {
    const sending = (tails.get(partition) ?? Promise.resolve()).then(() => send({ topic, partition }, values));
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
  return error instanceof MultipleErrors && error.findBy("hasStaleMetadata", true) !== null;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
