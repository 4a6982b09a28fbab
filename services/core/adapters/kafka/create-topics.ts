import { setTimeout as delay } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import { Fault } from "../../domain/fault.ts";
import { createKafkajs } from "./kafka-connection.ts";
import { logUnavailable } from "./kafka-faults.ts";
import type { KafkaLogger } from "./kafka-logger.ts";
import { type TopicSpec, minInSyncReplicas, topicNames, topicSpecs } from "./topic-specs.ts";

const READY_WITHIN_MS = 15_000;

export interface CreateTopicsOptions {
  readonly brokers: readonly string[];
  /** Of every topic but the control topic. Can't be changed later: the order of a lead's records depends on it. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly logger: KafkaLogger;
  /** Default "fairlead". */
  readonly prefix?: string;
}

/** Creates what is missing, and returns the names of that. Settings of existing topics are left to the operator. */
export async function createTopics(options: CreateTopicsOptions): Promise<readonly string[]> {
  const { brokers, logger, partitions, replicationFactor } = options;
  const kafka = createKafkajs({ brokers, clientId: "fairlead-migrate", logger });
  const specs = topicSpecs(topicNames(options.prefix), partitions);
  return withAdmin(kafka, async (admin) => {
    const existing = await partitionCounts(
      admin,
      specs.map(({ name }) => name),
    );
    for (const spec of specs) refuseOtherCount(spec, existing.get(spec.name));
    const missing = specs.filter(({ name }) => !existing.has(name));
    const minInSync = String(minInSyncReplicas(replicationFactor));
    if (missing.length > 0) {
      await admin.createTopics({
        // kafkajs' own wait fails when a broker has not heard of the topic yet.
        waitForLeaders: false,
        topics: missing.map(({ name, partitions, settings }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries({ ...settings, "min.insync.replicas": minInSync }).map(([key, value]) => ({
            name: key,
            value,
          })),
        })),
      });
    }
    const created = missing.map(({ name }) => name);
    await waitUntilReady(admin, created);
    return created;
  });
}

/** Whoever starts next may append at once, so each partition must have a leader that knows it is one. */
async function waitUntilReady(admin: Admin, names: readonly string[]): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      // Only a leader tells offsets.
      await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
      return;
    } catch (cause) {
      if (performance.now() > deadlineMs) {
        throw logUnavailable(`The cluster was slow to make ${names.join(", ")}.`, cause);
      }
    }
    await delay(100);
  }
}

/** Partition counts of those of the topics that exist. */
export async function partitionCounts(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const known = new Set(await admin.listTopics());
  const existing = names.filter((name) => known.has(name));
  if (existing.length === 0) return new Map();
  const { topics } = await admin.fetchTopicMetadata({ topics: existing });
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
}

export async function withAdmin<R>(kafka: Kafka, use: (admin: Admin) => Promise<R>): Promise<R> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (cause) {
    throw logUnavailable("The Kafka cluster could not be asked for its topics.", cause);
  } finally {
    await admin.disconnect();
  }
}

function refuseOtherCount({ name, partitions }: TopicSpec, existing: number | undefined): void {
  if (existing === undefined || existing === partitions) return;
  const message = `${name} has ${existing} partitions, but ${partitions} are configured. Changing them breaks the order of leads.`;
  throw new Fault("CONFIG_INVALID", message, { at: name });
}
