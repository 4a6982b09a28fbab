import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Admin } from "kafkajs";
import { Client } from "pg";
import { createKafkajs } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { topicNames, type TopicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import { verify, type VerifyReport } from "../../services/auditor/verify.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { loadConfig, type Config } from "../../services/fairlead/config.ts";
import { createPartitioner, type Backing } from "../../services/fairlead/processes/backing.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { runMigrate } from "../../services/fairlead/processes/migrate.ts";
import { BENCH_KEY, TENANT, type LeadPool } from "./lead-pool.ts";
import type { Stack } from "./stack.ts";

const APPEND = 500;

/** Topics, ledger and database of one measurement. Nothing in it has seen another round. */
export interface Installation {
  readonly settings: Readonly<Record<string, string>>;
  readonly topics: TopicNames;
  readonly brokers: readonly string[];
  readonly backing: Backing;
  append(leads: readonly LeadRequest[]): Promise<void>;
  /** Leads whose offset the router group has committed. */
  committed(): Promise<number>;
  /** Records of the log that the store has seen. */
  projected(): Promise<number>;
  /** Folds the log and judges ledger and store by it; waits for the projector first. */
  verify(): Promise<VerifyReport>;
  /** Closes the connections and removes what was made. */
  remove(): Promise<void>;
}

export interface InstallationOptions {
  readonly name: string;
  /** Number of the Redis database. */
  readonly database: number;
  readonly partitions: number;
  readonly plan: LeadPool["plan"];
}

export async function createInstallation(stack: Stack, options: InstallationOptions): Promise<Installation> {
  const settings = await settingsFor(stack, options);
  const config: Config = loadConfig(settings);
  // kafkajs tells of every partition that has no leader yet.
  await runMigrate({ ...config, logLevel: "silent" });
  const logger = createLogger("silent", "bench");
  const lifecycle = createLifecycle(logger);
  const backing = await openDistributedBacking({
    config,
    clientId: `bench-${options.name}`,
    clock: Date.now,
    logger,
    lifecycle,
    onFault: (error) => console.error("bench:", error),
  });
  await backing.planSource.publish(options.plan);
  const { brokers } = stack.kafka;
  const admin = createKafkajs({ brokers, clientId: "bench-admin", logger }).admin();
  await admin.connect();
  const topics = topicNames(options.name);
  const { log, store, ledger, planSource: plans } = backing;
  const installation = {
    settings,
    topics,
    brokers,
    backing,
    append: (leads: readonly LeadRequest[]) => appendLeads(backing, leads),
    committed: () => sumCommitted(admin, `${options.name}.router`, topics.leads),
    projected: () => sumOver(log.decisions.partitionCount, async (at) => (await store.position(at)).next),
    async verify() {
      const end = await sumOver(log.decisions.partitionCount, (at) => log.decisions.endOffset(at));
      while ((await installation.projected()) < end) await wait(100);
      return verify({ log, store, ledger, plans, clock: Date.now, wait: (ms) => wait(ms) });
    },
    async remove() {
      await lifecycle.close();
      await admin.deleteTopics({ topics: Object.values(topics) });
      await admin.disconnect();
      await removeData(stack, options);
    },
  };
  return installation;
}

async function settingsFor(stack: Stack, { name, database, partitions }: InstallationOptions) {
  await onPostgres(stack, `CREATE DATABASE "${name}" TEMPLATE template0`);
  const postgresUrl = new URL(stack.postgres.url);
  postgresUrl.pathname = `/${name}`;
  const key = BENCH_KEY.toString("base64");
  return {
    FAIRLEAD_MODE: "distributed",
    FAIRLEAD_KAFKA_BROKERS: stack.kafka.brokers.join(","),
    FAIRLEAD_KAFKA_PREFIX: name,
    FAIRLEAD_REDIS_URL: `${stack.redis.url}/${database}`,
    FAIRLEAD_POSTGRES_URL: postgresUrl.href,
    FAIRLEAD_PARTITIONS: String(partitions),
    FAIRLEAD_IDENTITY_KEY: key,
    FAIRLEAD_CONTACT_KEY: key,
    FAIRLEAD_HTTP_PORT: "0",
    FAIRLEAD_LOG_LEVEL: "info",
  };
}

/**
 * In the order of the pool within each partition, as the door would, and captured now: a lead that has waited for a
 * minute may go to more teams, so old leads cost more.
 */
async function appendLeads({ log }: Backing, leads: readonly LeadRequest[]): Promise<void> {
  const partitionOf = createPartitioner(log.leads.partitionCount);
  const capturedAtMs = Date.now();
  const fresh = leads.map((lead): LeadRequest => ({ ...lead, facts: { ...lead.facts, capturedAtMs } }));
  const byPartition = Map.groupBy(fresh, ({ facts }) => partitionOf(TENANT, facts.leadId));
  await Promise.all(
    Array.from(byPartition, async ([partition, own]) => {
      for (let at = 0; at < own.length; at += APPEND) await log.leads.append(partition, own.slice(at, at + APPEND));
    }),
  );
}

async function sumCommitted(admin: Admin, groupId: string, topic: string): Promise<number> {
  const [known] = await admin.fetchOffsets({ groupId, topics: [topic] });
  // -1: it never committed.
  return (known?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

async function sumOver(count: number, read: (index: number) => Promise<number>): Promise<number> {
  const values = await Promise.all(Array.from({ length: count }, (_, index) => read(index)));
  return values.reduce((sum, value) => sum + value, 0);
}

/** What is left behind would be vacuumed and checkpointed during later rounds. */
async function removeData(stack: Stack, { name, database }: InstallationOptions): Promise<void> {
  const redis = new Redis(`${stack.redis.url}/${database}`);
  await redis.flushdb();
  redis.disconnect();
  await onPostgres(stack, `DROP DATABASE "${name}" WITH (FORCE)`);
}

async function onPostgres({ postgres }: Stack, statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
