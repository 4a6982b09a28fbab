import { Consumer, Producer } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { type KafkaLogger, kafkajsLogCreator } from "./kafka-logger.ts";
import { createProduce } from "./produce.ts";
import { quietRequestQueue } from "./quiet-request-queue.ts";
import { giveSocketsOneLife } from "./one-life-connections.ts";

export interface KafkaConnectionOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: KafkaLogger;
}

/**
 * kafkajs consumes, @platformatic/kafka appends and reads (2.4 times the throughput of kafkajs alone). The latter must
 * never commit: a stalled consumer's commit rewound its group.
 */
export interface KafkaConnection {
  readonly groups: Kafka;
  readonly producer: Producer;
  readonly produce: ReturnType<typeof createProduce>;
  /** Joins no group: for end offsets. */
  readonly offsets: Consumer;
  /** A consumer without a group for one read; the caller closes it. Its fetch session can't be shared. */
  openReader(): Consumer;
  close(): Promise<void>;
}

const READ_UNCOMMITTED = 0;

export function createKafkaConnection({ brokers, clientId, logger }: KafkaConnectionOptions): KafkaConnection {
  const base = {
    clientId,
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    strict: true,
    connectTimeout: 5000,
    requestTimeout: 15_000,
    timeout: 10_000,
  };
  // The group id is needed by the library, but no group of that name ever exists. We use no transactions.
  const withoutGroup = { ...base, groupId: `${clientId}-reader`, isolationLevel: READ_UNCOMMITTED, retries: 0 };
  // No retries: one that is sent again after a timeout may be there twice. The caller decides.
  const producer = new Producer({ ...base, idempotent: false, retries: 0 });
  const offsets = new Consumer(withoutGroup);
  return {
    groups: createKafkajs({ brokers, clientId, logger }),
    producer,
    produce: createProduce(),
    offsets,
    openReader: () => new Consumer(withoutGroup),
    async close() {
      await Promise.all([producer.close(), offsets.close(true)]);
    },
  };
}

export function createKafkajs({ brokers, clientId, logger }: KafkaConnectionOptions): Kafka {
  quietRequestQueue();
  giveSocketsOneLife();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.INFO,
    logCreator: kafkajsLogCreator(logger),
    connectionTimeout: 5000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 8 },
  });
}
