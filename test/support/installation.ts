import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import { runMigrate } from "../../services/fairlead/processes/migrate.ts";
import { openBacking } from "../../services/fairlead/processes/open-backing.ts";
import { flowLogger } from "./flow-open.ts";
import { freshDatabase, freshName, freshRedis, kafkaBrokers } from "./servers.ts";

/** Where an installation is, for processes of it that are started and stopped; nothing of it runs by itself. */
export interface Installation {
  readonly env: Readonly<Record<string, string>>;
  /** Opens it in this process for as long as `use` takes. Embedded, no other process may have it then. */
  with<T>(use: (backing: Backing) => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

export async function embeddedInstallation(): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), "fairlead-installation-"));
  const env = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_DEMO: "0", FAIRLEAD_LOG_LEVEL: "silent" };
  return { env, with: opener(env), remove: () => rm(dataDir, { recursive: true }) };
}

/** On the run's Kafka, Redis and PostgreSQL. */
export async function distributedInstallation(): Promise<Installation> {
  const [redisUrl, postgresUrl] = await Promise.all([freshRedis(), freshDatabase()]);
  const env = {
    FAIRLEAD_MODE: "distributed",
    FAIRLEAD_HTTP_PORT: "0",
    FAIRLEAD_LOG_LEVEL: "silent",
    FAIRLEAD_KAFKA_BROKERS: kafkaBrokers().join(","),
    FAIRLEAD_KAFKA_PREFIX: freshName("installation"),
    FAIRLEAD_REDIS_URL: redisUrl,
    FAIRLEAD_POSTGRES_URL: postgresUrl,
    FAIRLEAD_PARTITIONS: "2",
    FAIRLEAD_IDENTITY_KEY: Buffer.alloc(32, 1).toString("base64"),
    FAIRLEAD_CONTACT_KEY: Buffer.alloc(32, 2).toString("base64"),
  };
  await runMigrate(loadConfig(env));
  return { env, with: opener(env), remove: () => Promise.resolve() };
}

function opener(env: Readonly<Record<string, string>>): Installation["with"] {
  return async (use) => {
    const logger = flowLogger();
    const lifecycle = createLifecycle(logger);
    try {
      return await use(
        await openBacking({ config: loadConfig(env), name: "test", clock: Date.now, logger, lifecycle }),
      );
    } finally {
      await lifecycle.close();
    }
  };
}
