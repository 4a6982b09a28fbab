import { type Admin, Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type KafkaServer, startKafka } from "../../deploy/local/kafka.ts";
import { createKafkaConnection, type KafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { readAll, textCodec } from "../contract/topic-codec.ts";
import { silentLogger } from "../contract/topic-open-kafka.ts";

const WITHIN = { timeout: 20_000, interval: 50 };

/**
 * A topic that a client makes by asking for it has the broker's defaults: one partition, records that expire. On a broker
 * that allows it, as most do, ours must not.
 */
describe("on a broker that makes topics on demand", { timeout: 60_000 }, () => {
  let server: KafkaServer;
  let connection: KafkaConnection;
  let kafka: Kafka;
  let admin: Admin;
  let control = 0;
  const nobody = (): void => undefined;

  beforeAll(async () => {
    server = await startKafka({ settings: { "auto.create.topics.enable": true } });
    kafka = new Kafka({ brokers: [...server.brokers], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
    connection = createKafkaConnection({ brokers: server.brokers, clientId: "test", logger: silentLogger });
  }, 120_000);
  afterAll(async () => {
    await connection.close();
    await admin.disconnect();
    await server.stop();
  });

  const open = (name: string) =>
    createKafkaTopic({ connection, name, partitionCount: 1, codec: textCodec, onFault: nobody, onCrash: nobody });

  it("autocreateTopics: an append, an end offset and a read make no topic", async () => {
    const fault = { code: "LOG_UNAVAILABLE" };
    await expect(open("missing-append").append(0, ["a"])).rejects.toMatchObject(fault);
    await expect(open("missing-end").endOffset(0)).rejects.toMatchObject(fault);
    await expect(readAll(open("missing-read"), 0)).rejects.toMatchObject(fault);
    expect(await made()).toEqual([]);
  });

  it("allowAutoTopicCreation: a consumer makes no topic", async () => {
    const reader = open("missing-consumer").consume({
      group: "nobody",
      handle: () => Promise.resolve({ kind: "commit" }),
    });
    await expect(reader).rejects.toMatchObject({ code: "LOG_UNAVAILABLE" });
    expect(await made()).toEqual([]);
  });

  /** The broker makes topics a while after it was asked: one that is asked for now shows when that is over. */
  async function made(): Promise<readonly string[]> {
    control += 1;
    const producer = kafka.producer({ allowAutoTopicCreation: true });
    await producer.connect();
    await vi.waitFor(() => producer.send({ topic: `control-${control}`, messages: [{ value: "a" }] }), WITHIN);
    await producer.disconnect();
    await vi.waitFor(async () => expect(await admin.listTopics()).toContain(`control-${control}`), WITHIN);
    return (await admin.listTopics()).filter((name) => name.startsWith("missing-"));
  }
});
