import { type Admin, ConfigResourceTypes, ConfigSource, Kafka, logLevel } from "kafkajs";
import { Consumer, type Message, MessagesStreamModes, stringDeserializers } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaLog } from "../../services/core/adapters/kafka/kafka-log.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { createTopics } from "../../services/core/adapters/kafka/create-topics.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import type { Codec } from "../../services/core/wire/codec.ts";
import { freshName, kafkaBrokers } from "../support/servers.ts";
import { readAll, textCodec, textOf } from "../contract/topic-codec.ts";
import { openKafkaTopic, silentLogger } from "../contract/topic-open-kafka.ts";

const kafka = () => new Kafka({ brokers: [...kafkaBrokers()], logLevel: logLevel.NOTHING });
let client: Admin;

beforeAll(async () => {
  client = kafka().admin();
  await client.connect();
});
afterAll(() => client.disconnect());

const nobody = () => undefined;

const jsonCodec = <T>(): Codec<T> => ({
  key: () => null,
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => ({ ok: true, value: JSON.parse(Buffer.from(bytes).toString()) as T }),
  eventType: "dev.fairlead.test.v1",
});

const openLog = (prefix: string) =>
  createKafkaLog({
    brokers: kafkaBrokers(),
    clientId: "test",
    prefix,
    codecs: {
      leads: jsonCodec(),
      decisions: jsonCodec(),
      control: jsonCodec(),
      deadLetters: jsonCodec(),
      audit: jsonCodec(),
    },
    logger: silentLogger,
    onFault: () => undefined,
    onCrash: () => undefined,
  });

test("createTopics makes the topics of the architecture once, and refuses another number of partitions", async () => {
  const prefix = freshName("made");
  const options = { brokers: kafkaBrokers(), replicationFactor: 1, logger: silentLogger, prefix };
  await expect(openLog(prefix)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("fairlead migrate"),
  });
  const names = topicNames(prefix);
  expect(new Set(await createTopics({ ...options, partitions: 3 }))).toEqual(new Set(Object.values(names)));
  expect(await createTopics({ ...options, partitions: 3 })).toEqual([]);
  await expect(createTopics({ ...options, partitions: 4 })).rejects.toMatchObject({ code: "CONFIG_INVALID" });

  const { resources } = await client.describeConfigs({
    includeSynonyms: false,
    resources: [names.decisions, names.assignments, names.control].map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
    })),
  });
  // Only what the topic was given: a default of this broker may be another one's tomorrow.
  const given = resources.map(({ configEntries }) =>
    Object.fromEntries(
      configEntries
        .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
        .map(({ configName, configValue }) => [configName, configValue]),
    ),
  );
  const shared = {
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
    "min.insync.replicas": "1",
    "max.message.bytes": String(8 * 1024 * 1024),
  };
  const forEver = { ...shared, "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
  expect(given).toEqual([forEver, { ...shared, "cleanup.policy": "compact" }, forEver]);

  const log = await openLog(prefix);
  expect([log.leads, log.decisions, log.control, log.deadLetters].map((topic) => topic.partitionCount)).toEqual([
    3, 3, 1, 3,
  ]);
  expect(await log.control.append(0, [{ atMs: 1, startedBy: "test", records: 0 }])).toBe(0);
  expect(await log.control.endOffset(0)).toBe(1);
  await log.close();
});

test("records carry CloudEvents headers", async () => {
  const opened = await openKafkaTopic(1);
  const { topic } = opened;
  await topic.append(0, ["key value", "- without a key", "key again"]);
  const reader = new Consumer<string, string, string, string>({
    clientId: "test",
    groupId: freshName("headers"),
    bootstrapBrokers: [...kafkaBrokers()],
  });
  const stream = await reader.consume({
    topics: [topic.name],
    mode: MessagesStreamModes.EARLIEST,
    deserializers: stringDeserializers,
  });
  const messages: Message<string, string, string, string>[] = await stream.take(3).toArray();
  expect(messages.map(({ key, value }) => [key, value])).toEqual([
    ["key", "key value"],
    [undefined, "- without a key"],
    ["key", "key again"],
  ]);
  const headers = messages.map((message) => Object.fromEntries(message.headers));
  for (const one of headers) {
    expect(one).toEqual({
      ce_specversion: "1.0",
      ce_id: expect.stringMatching(/^[0-9a-f-]{36}-\d$/),
      ce_type: "dev.fairlead.test.v1",
      ce_source: "fairlead",
      ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      "content-type": "application/protobuf",
    });
  }
  expect(new Set(headers.map(({ ce_id }) => ce_id)).size).toBe(3);
  await reader.close(true);
  await opened.close();
});

test("appends of one moment go with one request, and each partition has its own fate", async () => {
  const opened = await openKafkaTopic(4);
  const { topic } = opened;
  const tooLarge = "x".repeat(9 * 1024 * 1024);
  const settled = await Promise.allSettled([
    topic.append(0, ["a", "b"]),
    topic.append(1, [tooLarge]),
    topic.append(2, ["c"]),
    topic.append(0, ["d"]),
  ]);
  expect(settled).toMatchObject([{ value: 0 }, { reason: { code: "LOG_UNAVAILABLE" } }, { value: 0 }, { value: 2 }]);
  expect((await readAll(topic, 0)).map(textOf)).toEqual(["a", "b", "d"]);
  expect(await topic.append(1, ["e"])).toBe(0);
  await opened.close();
});

test("a tombstone and a range whose start has been deleted", async () => {
  const opened = await openKafkaTopic(1);
  const { topic } = opened;
  await topic.append(0, ["a", "b", "c"]);
  const producer = kafka().producer();
  await producer.connect();
  await producer.send({ topic: topic.name, messages: [{ key: "gone", value: null }] });
  await producer.disconnect();
  await topic.append(0, ["d"]);
  await client.fetchTopicMetadata({ topics: [topic.name] });
  await client.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: "2" }] });
  const entries = await readAll(topic, 0);
  expect(entries.map(({ offset, kind }) => `${offset} ${kind}`)).toEqual(["2 value", "3 poison", "4 value"]);
  expect(entries[1]).toMatchObject({ code: "RECORD_UNDECODABLE", bytes: new Uint8Array() });
  await opened.close();
});

test("a range ends although its last offsets are transaction markers", async () => {
  const opened = await openKafkaTopic(1);
  const { topic } = opened;
  await topic.append(0, ["a"]);
  const producer = kafka().producer({ transactionalId: freshName("tx"), maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: topic.name, messages: [{ value: "b" }] });
  await transaction.commit();
  await producer.disconnect();
  // The marker is written after the commit is answered.
  await vi.waitFor(async () => expect(await topic.endOffset(0)).toBe(3), { timeout: 10_000, interval: 20 });
  expect((await readAll(topic, 0)).map(textOf)).toEqual(["a", "b"]);
  await opened.close();
});

test("without a broker, everything is a retriable fault", async () => {
  const connection = createKafkaConnection({ brokers: ["127.0.0.1:9"], clientId: "test", logger: silentLogger });
  const topic = createKafkaTopic({
    connection,
    name: "none",
    partitionCount: 1,
    codec: textCodec,
    onFault: nobody,
    onCrash: nobody,
  });
  const fault = { code: "LOG_UNAVAILABLE", retriable: true };
  await expect(topic.append(0, ["a"])).rejects.toMatchObject(fault);
  await expect(topic.endOffset(0)).rejects.toMatchObject(fault);
  await expect(readAll(topic, 0)).rejects.toMatchObject(fault);
  await connection.close();
});
