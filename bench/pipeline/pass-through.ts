/**
 * The baseline: moves leads from their topic to the decision log and does nothing else. kafkajs consumes as the router
 * does, in the same batches, and produces with all acknowledgements; `--headers` takes the headers along, `--mixed`
 * appends with @platformatic/kafka instead.
 */
import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { createGroupConsumer } from "./group-consumer.ts";

const BATCH = 500;

type Send = (partition: number, messages: readonly KafkaMessage[]) => Promise<void>;

const { backing } = loadConfig(process.env);
if (backing.mode !== "distributed") throw new Error("Set FAIRLEAD_MODE=distributed.");
const { kafkaPrefix, kafkaBrokers } = backing;
const logger = createLogger("warn", "pass-through");
const topics = topicNames(kafkaPrefix);
const connection = createKafkaConnection({ brokers: kafkaBrokers, clientId: "pass-through", logger });
const send = process.argv.includes("--mixed") ? sendMixed() : await sendWithKafkajs(process.argv.includes("--headers"));
const consumer = createGroupConsumer(connection.groups, `${kafkaPrefix}.router`);
await consumer.connect();
await consumer.subscribe({ topics: [topics.leads], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  eachBatch: moveBatch,
});
console.log(JSON.stringify({ address: "", msg: "Listening" }));
process.once("SIGTERM", () => void consumer.disconnect().then(() => process.exit(0)));

async function moveBatch({ batch, commitOffsetsIfNecessary, resolveOffset, heartbeat }: EachBatchPayload) {
  const { topic, partition, messages } = batch;
  for (let start = 0; start < messages.length; start += BATCH) {
    const piece = messages.slice(start, start + BATCH);
    await send(partition, piece);
    const lastOffset = Number(piece.at(-1)?.offset);
    const partitions = [{ partition, offset: String(lastOffset + 1) }];
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
    resolveOffset(String(lastOffset));
    await heartbeat();
  }
}

async function sendWithKafkajs(hasHeaders: boolean): Promise<Send> {
  const producer = connection.groups.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return async (partition, messages) => {
    const moved = messages.map(({ key, value, headers }) => ({
      partition,
      key,
      value,
      ...(hasHeaders && headers !== undefined && { headers }),
    }));
    await producer.send({ topic: topics.decisions, acks: -1, messages: moved });
  };
}

function sendMixed(): Send {
  const topic = topics.decisions;
  return async (partition, messages) => {
    const moved = messages.map(({ key, value }) => ({
      topic,
      partition,
      ...(key !== null && { key }),
      value: value ?? Buffer.alloc(0),
    }));
    await connection.producer.send({ messages: moved, acks: -1 });
  };
}
