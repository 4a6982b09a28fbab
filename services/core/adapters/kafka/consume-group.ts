import { setTimeout as delay } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import type { ConsumeOptions, GroupReader } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { createBatchDelivery } from "./deliver-batch.ts";
import { handOnWholeBatches } from "./fetch-response.ts";
import type { KafkaConnection } from "./kafka-connection.ts";
import { logUnavailable } from "./kafka-faults.ts";
import { trackMembership } from "./membership.ts";
import { watchLink } from "./watch-link.ts";

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEATS_PER_SESSION = 5;
/** An append of 500 decisions has 350 KB, and of batches that are larger than this a fetch brings one, of one partition. */
const BYTES_PER_PARTITION = 512 * 1024;
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
  /** Told of every throw of a `handle`, whose batch is tried again, and of what the consumer gets over by itself. */
  readonly onFault: (error: unknown) => void;
  /** Told when a consumer has died for good; the process should end. */
  readonly onCrash: (error: unknown) => void;
}

/** Joins a group. The settings are requirements: see README.md beside this file. */
export async function consumeGroup<T>(
  topic: GroupTopic<T>,
  { group, link, ...options }: ConsumeOptions<T>,
): Promise<GroupReader> {
  handOnWholeBatches();
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
  const unwatch = link && watchLink(consumer, link);
  const delivery = createBatchDelivery({
    topic: topic.name,
    codec: topic.codec,
    ...options,
    onFault: topic.onFault,
    membership,
  });
  // Until all have joined anew the coordinator still takes offsets, so that nobody does again what is done.
  consumer.on(consumer.events.REBALANCING, () => void delivery.flush());
  consumer.on(consumer.events.GROUP_JOIN, () => delivery.rejoined());
  tellTroubles(consumer, topic, group);
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
    unwatch?.();
    await consumer.disconnect().catch(() => undefined);
    throw logUnavailable(`The group ${group} of ${topic.name} could not be joined.`, cause);
  }
  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    await inTime(delivery.flush().then(() => consumer.disconnect()));
    membership.abandon();
    delivery.stop();
    unwatch?.();
  }
  return { close: () => (closed ??= close()) };
}

/** kafkajs says in its log that a consumer begins anew, but not that one waits in vain: that is a line of its debug level. */
function tellTroubles<T>(consumer: Consumer, { name, onFault, onCrash }: GroupTopic<T>, group: string): void {
  const who = `The consumer of ${name} in the group ${group}`;
  consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload: { apiName, broker } }) =>
    onFault(logUnavailable(`${who} had no answer to ${apiName} from ${broker}.`)),
  );
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (restart) onFault(logUnavailable(`${who} begins anew.`, error));
    else onCrash(logUnavailable(`${who} is dead.`, error));
  });
}

/** kafkajs waits for the batches in flight, without a limit of its own. */
async function inTime(leaving: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  const late = delay(CLOSE_WITHIN_MS, undefined, { signal: timeout.signal }).catch(() => undefined);
  await Promise.race([leaving.catch(() => undefined), late]);
  timeout.abort();
}
