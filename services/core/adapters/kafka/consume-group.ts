import { setTimeout as delay } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import type { ConsumeOptions, GroupReader } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { createBatchDelivery } from "./deliver-batch.ts";
import type { KafkaConnection } from "./kafka-connection.ts";
import { logUnavailable } from "./kafka-faults.ts";
import { trackMembership } from "./membership.ts";
import { leaveHeadersUnread } from "./unread-headers.ts";

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEATS_PER_SESSION = 5;
const BYTES_PER_PARTITION = 256 * 1024;
const CONCURRENT_PARTITIONS = 8;
/** How long a fetch waits for records, and so how late a partition may be that is resumed meanwhile. */
const FETCH_WAIT_MS = 250;
const CLOSE_WITHIN_MS = 5000;

export interface GroupTopic<T> {
  readonly connection: KafkaConnection;
  readonly name: string;
  readonly codec: Codec<T>;
  /** A member that is silent for so long loses its partitions. The broker has bounds of its own. Default 10 s. */
  readonly sessionTimeoutMs?: number | undefined;
  /** Told of every throw of a `handle`; its batch is tried again. */
  readonly onFault: (error: unknown) => void;
  /** Told when a consumer has died for good; the process should end. */
  readonly onCrash: (error: unknown) => void;
}

/** Joins a group. The settings are requirements: see README.md beside this file. */
export async function consumeGroup<T>(
  topic: GroupTopic<T>,
  { group, wants, handle }: ConsumeOptions<T>,
): Promise<GroupReader> {
  leaveHeadersUnread();
  const sessionTimeout = topic.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
  const consumer = topic.connection.groups.consumer({
    groupId: group,
    sessionTimeout,
    heartbeatInterval: sessionTimeout / HEARTBEATS_PER_SESSION,
    maxBytesPerPartition: BYTES_PER_PARTITION,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
  });
  const membership = trackMembership(consumer, sessionTimeout);
  const delivery = createBatchDelivery({
    topic: topic.name,
    codec: topic.codec,
    wants,
    handle,
    onFault: topic.onFault,
    membership,
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) topic.onCrash(error);
  });
  try {
    await consumer.connect();
    // From the beginning also when the stored offset has expired: the default would skip what is there, silently.
    await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: delivery.eachBatch,
    });
  } catch (cause) {
    await consumer.disconnect().catch(() => undefined);
    throw logUnavailable(`The group ${group} of ${topic.name} could not be joined.`, cause);
  }
  let closed: Promise<void> | undefined;
  return { close: () => (closed ??= leave(consumer, () => membership.abandon()).finally(() => delivery.stop())) };
}

async function leave(consumer: Consumer, abandon: () => void): Promise<void> {
  const timeout = new AbortController();
  const late = delay(CLOSE_WITHIN_MS, "late", { signal: timeout.signal }).catch(() => undefined);
  // kafkajs waits for the batches in flight, without a limit of its own.
  await Promise.race([consumer.disconnect().catch(() => undefined), late]);
  timeout.abort();
  abandon();
}
