import type { Kafka } from "kafkajs";
import { withAdmin } from "./create-topics.ts";
import type { TopicPartition } from "./leader-connection.ts";

/** Connects for each question, which is rare: an operator or a lag metric asks. */
export function readCommittedOffset(
  kafka: Kafka,
  group: string,
  { topic, partition }: TopicPartition,
): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    const [known] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const committed = known?.partitions.find((candidate) => candidate.partition === partition);
    // -1: it never committed.
    return Math.max(0, Number(committed?.offset ?? 0));
  });
}
