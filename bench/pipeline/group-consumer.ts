import type { Consumer, Kafka } from "kafkajs";

/** With the settings of services/core/adapters/kafka/consume-group.ts, so that the baselines fetch as the router does. */
export function createGroupConsumer(kafka: Kafka, groupId: string): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2000,
    maxBytesPerPartition: 512 * 1024,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
  });
}
