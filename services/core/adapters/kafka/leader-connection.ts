import type { Connection, Consumer, Producer } from "@platformatic/kafka";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The connection to the broker that leads a partition, as far as the client's metadata know. */
export async function connectToLeader(
  client: Consumer | Producer,
  { topic, partition }: TopicPartition,
): Promise<Connection> {
  const { brokers, topics } = await client.metadata({ topics: [topic] });
  const leader = topics.get(topic)?.partitions[partition]?.leader;
  const broker = leader === undefined ? undefined : brokers.get(leader);
  if (broker === undefined) throw new LeaderUnknown(`No broker leads ${topic}-${partition} at the moment.`);
  return client.connections.get(broker);
}

/** Nothing was sent; the next metadata may know more. */
export class LeaderUnknown extends Error {}
