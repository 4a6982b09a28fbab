import { createTopics } from "../../core/adapters/kafka/create-topics.ts";
import { openPostgres } from "../../core/adapters/postgres/open-postgres.ts";
import { migrate } from "../../core/adapters/sql/migrate.ts";
import { createLogger } from "../../core/runtime/logger.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { Config } from "../config.ts";

/** A migration may rewrite tables of millions of rows, and other starters wait for it. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Creates topics and tables that are missing. May be run by any number of starters, any number of times. */
export async function runMigrate({ backing, logLevel }: Config): Promise<void> {
  if (backing.mode !== "distributed") throw new Fault("CONFIG_INVALID", "Embedded mode migrates itself at start");
  const logger = createLogger(logLevel, "migrate");
  const session = await openPostgres(backing.postgresUrl, {
    applicationName: "fairlead-migrate",
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const versions = await migrate(session);
    const topics = await createTopics({
      brokers: backing.kafkaBrokers,
      prefix: backing.kafkaPrefix,
      partitions: backing.partitions,
      replicationFactor: backing.replicationFactor,
      logger,
    });
    logger.info({ versions, topics }, "Migrated");
  } finally {
    await session.close();
  }
}
