import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { start as startCapture } from "../../services/fairlead/processes/capture.ts";
import { start as startDesk } from "../../services/fairlead/processes/desk.ts";
import { runMigrate } from "../../services/fairlead/processes/migrate.ts";
import { start as startPlanner } from "../../services/fairlead/processes/planner.ts";
import { start as startProjector } from "../../services/fairlead/processes/projector.ts";
import { start as startRouter } from "../../services/fairlead/processes/router.ts";
import { start as startSteward } from "../../services/fairlead/processes/steward.ts";
import { rawCodec, verifyAtRest } from "./flow-embedded.ts";
import { flowLogger, readDeadLetters, type Flow } from "./flow-open.ts";
import { freshDatabase, freshName, freshRedis, kafkaBrokers } from "./servers.ts";

const PARTITIONS = 8;

export interface DistributedFlow extends Flow {
  /** Environment of a process of this installation, to start one more. */
  readonly env: Readonly<Record<string, string>>;
  readonly redisUrl: string;
  readonly postgresUrl: string;
}

/** One process of each service and two routers, on the run's Kafka and PostgreSQL, and on its Redis or another one. */
export async function openDistributedFlow(givenRedisUrl?: string): Promise<DistributedFlow> {
  const [redisUrl, postgresUrl] = await Promise.all([givenRedisUrl ?? freshRedis(), freshDatabase()]);
  const prefix = freshName("flow");
  const env = {
    FAIRLEAD_MODE: "distributed",
    FAIRLEAD_HTTP_PORT: "0",
    FAIRLEAD_LOG_LEVEL: "silent",
    FAIRLEAD_KAFKA_BROKERS: kafkaBrokers().join(","),
    FAIRLEAD_KAFKA_PREFIX: prefix,
    FAIRLEAD_REDIS_URL: redisUrl,
    FAIRLEAD_POSTGRES_URL: postgresUrl,
    FAIRLEAD_PARTITIONS: String(PARTITIONS),
    FAIRLEAD_IDENTITY_KEY: Buffer.alloc(32, 1).toString("base64"),
    FAIRLEAD_CONTACT_KEY: Buffer.alloc(32, 2).toString("base64"),
  };
  const config = loadConfig(env);
  const logger = flowLogger();
  await runMigrate(config);
  const processes = await Promise.all(
    [startRouter, startRouter, startProjector, startSteward, startCapture, startDesk, startPlanner].map((start) =>
      start(config, logger),
    ),
  );
  const [capture, desk, planner] = processes.slice(-3).map(({ baseUrl }) => baseUrl);
  const lifecycle = createLifecycle(logger);
  const onFault = (): void => undefined;
  const backing = await openDistributedBacking({
    config,
    clientId: "flow",
    clock: Date.now,
    logger,
    lifecycle,
    onFault,
  });
  const connection = createKafkaConnection({ brokers: kafkaBrokers(), clientId: "flow-capture", logger });
  lifecycle.onClose("capture system", () => connection.close());
  const rawLeads = createKafkaTopic({
    connection,
    name: `${prefix}.leads.v1`,
    partitionCount: PARTITIONS,
    codec: rawCodec,
    onFault,
    onCrash: onFault,
  });
  return {
    env,
    redisUrl,
    postgresUrl,
    capture: capture ?? "",
    desk: desk ?? "",
    planner: planner ?? "",
    appendLeads: async (records) => void (await rawLeads.append(0, records)),
    deadLetters: () => readDeadLetters(backing.log.deadLetters),
    verify: () => verifyAtRest(backing),
    async close() {
      await Promise.all(processes.map(({ lifecycle: running }) => running.close()));
      await lifecycle.close();
    },
  };
}
