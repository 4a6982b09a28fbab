import { createKafkaLog } from "../../core/adapters/kafka/kafka-log.ts";
import { openPostgres } from "../../core/adapters/postgres/open-postgres.ts";
import { createRedisAttempts } from "../../core/adapters/redis/redis-attempts.ts";
import { openRedisLedger } from "../../core/adapters/redis/redis-ledger.ts";
import { createCheckpoints } from "../../core/adapters/sql/create-checkpoints.ts";
import { createPlanSource } from "../../core/adapters/sql/create-plan-source.ts";
import { createStore } from "../../core/adapters/sql/create-store.ts";
import { pendingMigrations } from "../../core/adapters/sql/migrate.ts";
import { createAesContactVault } from "../../core/adapters/vault/aes-contact-vault.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import { createCodecs, type Backing } from "./backing.ts";

export interface DistributedBackingOptions {
  readonly config: Config;
  /** Shown by broker and database to whoever looks for us there. */
  readonly clientId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly onFault: (error: unknown) => void;
  /** To PostgreSQL, at most. Without it as many as reads may run at once. */
  readonly storeConnections?: number | undefined;
}

/** Kafka, Redis and PostgreSQL. A wrong address, a missing topic or an old schema stops the process here. */
export async function openDistributedBacking(options: DistributedBackingOptions): Promise<Backing> {
  const { config, clientId, clock, logger, lifecycle, onFault, storeConnections } = options;
  const { backing } = config;
  if (backing.mode !== "distributed") {
    throw new Fault("CONFIG_INVALID", "Single services run in distributed mode: set FAIRLEAD_MODE=distributed");
  }
  const session = await openPostgres(backing.postgresUrl, {
    applicationName: clientId,
    maxConnections: storeConnections,
  });
  lifecycle.onClose("store", () => session.close());
  if ((await pendingMigrations(session)).length > 0) {
    throw new Fault("CONFIG_INVALID", "The database schema is older than this program: run `fairlead migrate`");
  }
  const ledger = await openRedisLedger({ url: backing.redisUrl, onConnectionError: onFault });
  lifecycle.onClose("ledger", () => ledger.close());
  const vault = createAesContactVault(backing);
  const log = await createKafkaLog({
    brokers: backing.kafkaBrokers,
    prefix: backing.kafkaPrefix,
    sessionTimeoutMs: backing.kafkaSessionMs,
    clientId,
    codecs: createCodecs(vault, clock),
    logger: logger.child({ component: "kafka" }),
    onFault,
    onCrash(error) {
      // A consumer that died for good would leave its partitions to nobody while the process looks alive.
      logger.fatal({ err: error }, "Kafka consumer crashed");
      process.exit(1);
    },
  });
  lifecycle.onClose("log", () => log.close());
  const attempts = createRedisAttempts({ url: backing.redisUrl, onConnectionError: onFault }, backing.kafkaPrefix);
  lifecycle.onClose("attempts", () => attempts.close());
  const checkpoints = createCheckpoints(session);
  return {
    log,
    ledger,
    store: createStore(session),
    planSource: createPlanSource(session),
    checkpoints,
    vault,
    attempts,
  };
}
