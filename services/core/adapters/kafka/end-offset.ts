import { setTimeout as delay } from "node:timers/promises";
import { type Consumer, ListOffsetTimestamps } from "@platformatic/kafka";
import { logUnavailable } from "./kafka-faults.ts";

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export function readEndOffset(consumer: Consumer, place: TopicPartition): Promise<number> {
  return readOffset(consumer, place, ListOffsetTimestamps.LATEST);
}

export function readFirstOffset(consumer: Consumer, place: TopicPartition): Promise<number> {
  return readOffset(consumer, place, ListOffsetTimestamps.EARLIEST);
}

/**
 * A new leader does not answer at once (LEADER_NOT_AVAILABLE, OFFSET_NOT_AVAILABLE) and the old one no longer does, so it
 * asks again for some 1.5 s, each time with fresh metadata.
 */
async function readOffset(consumer: Consumer, place: TopicPartition, timestamp: bigint): Promise<number> {
  const { topic, partition } = place;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const offsets = await consumer.listOffsets({ topics: [topic], partitions: { [topic]: [partition] }, timestamp });
      const offset = offsets.get(topic)?.[partition];
      if (offset !== undefined && offset >= 0n) return Number(offset);
      throw new Error(`The broker gave no offset for ${topic}-${partition}.`);
    } catch (cause) {
      if (attempt === ATTEMPTS) {
        throw logUnavailable(`The end of ${topic}-${partition} could not be read.`, cause);
      }
      consumer.clearMetadata();
      await delay(FIRST_DELAY_MS * 2 ** (attempt - 1));
    }
  }
}
