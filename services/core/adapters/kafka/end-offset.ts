import { setTimeout as delay } from "node:timers/promises";
import { type Consumer, ListOffsetTimestamps, listOffsetsV6 } from "@platformatic/kafka";
import { logUnavailable } from "./kafka-faults.ts";
import { type TopicPartition, connectToLeader } from "./leader-connection.ts";

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 50;
const NO_REPLICA = -1;
const ANY_EPOCH = -1;
const READ_UNCOMMITTED = 0;

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
      const connection = await connectToLeader(consumer, place);
      const wanted = { partitionIndex: partition, currentLeaderEpoch: ANY_EPOCH, timestamp };
      const topics = [{ name: topic, partitions: [wanted] }];
      const answer = await listOffsetsV6.api.async(connection, NO_REPLICA, READ_UNCOMMITTED, topics);
      const offset = answer.topics[0]?.partitions[0]?.offset;
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
