import type { Kafka } from "kafkajs";
import { withAdmin } from "./create-topics.ts";

/** By partition. Connects for each question, which is rare: an operator or a lag metric asks. */
export function readCommittedOffsets(
  kafka: Kafka,
  group: string,
  { name, partitionCount }: { readonly name: string; readonly partitionCount: number },
): Promise<readonly number[]> {
  return withAdmin(kafka, async (admin) => {
    const [known] = await admin.fetchOffsets({ groupId: group, topics: [name] });
    const offsets = new Map(known?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    // -1: it never committed.
    return Array.from({ length: partitionCount }, (_, partition) => Math.max(0, offsets.get(partition) ?? 0));
  });
}
