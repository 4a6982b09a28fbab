import { Kafka, logLevel } from "kafkajs";
import { vi } from "vitest";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { freshName, kafkaBrokers } from "../support/servers.ts";
import { type OpenedTopic, textCodec } from "./topic-codec.ts";

export const silentLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** A new topic of the run's Kafka. */
export async function openKafkaTopic(partitionCount: number): Promise<OpenedTopic> {
  const name = freshName("contract");
  const admin = new Kafka({ brokers: [...kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic: name, numPartitions: partitionCount }], waitForLeaders: false });
    await vi.waitFor(() => admin.fetchTopicMetadata({ topics: [name] }), { timeout: 10_000, interval: 20 });
  } finally {
    await admin.disconnect();
  }
  return openNamed(name, partitionCount);
}

/** One more client of an existing topic: another process, as it were. */
export async function openNamed(name: string, partitionCount: number): Promise<OpenedTopic> {
  const faults: unknown[] = [];
  const connection = createKafkaConnection({ brokers: kafkaBrokers(), clientId: "contract", logger: silentLogger });
  const note = (error: unknown) => void faults.push(error);
  const topic = createKafkaTopic({ connection, name, partitionCount, codec: textCodec, onFault: note, onCrash: note });
  return {
    topic,
    faults,
    async reopen() {
      await connection.close();
      return openNamed(name, partitionCount);
    },
    close: () => connection.close(),
  };
}
