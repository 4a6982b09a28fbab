import { join } from "node:path";
import { installMissing } from "./install.ts";
import { startKafka } from "./kafka.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";

export interface ServerAddresses {
  readonly kafkaBrokers: readonly string[];
  readonly redisUrl: string;
  readonly postgresUrl: string;
}

export interface Servers extends ServerAddresses {
  /** Ends those that we started. */
  stop(): Promise<void>;
}

export interface ServersOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Keeps the data of each server in a folder below this one. Default: temporary folders. */
  readonly dataDir?: string | undefined;
  readonly say: (line: string) => void;
}

/** A server whose address the environment gives is used as it is; the others are installed if need be, and started. */
export async function startServers({ env, dataDir, say }: ServersOptions): Promise<Servers> {
  const given = {
    kafka: env["FAIRLEAD_KAFKA_BROKERS"],
    redis: env["FAIRLEAD_REDIS_URL"],
    postgres: env["FAIRLEAD_POSTGRES_URL"],
  };
  if (!given.kafka || !given.redis || !given.postgres) await installMissing(say);
  const folder = (name: string) => ({ dataDir: dataDir && join(dataDir, name) });
  const [kafka, redis, postgres] = await Promise.all([
    given.kafka ? { brokers: given.kafka.split(","), stop: noStop } : startKafka(folder("kafka")),
    given.redis ? { url: given.redis, stop: noStop } : startRedis(folder("redis")),
    given.postgres ? { url: given.postgres, stop: noStop } : startPostgres(folder("postgres")),
  ]);
  return {
    kafkaBrokers: kafka.brokers,
    redisUrl: redis.url,
    postgresUrl: postgres.url,
    async stop() {
      await Promise.all([kafka.stop(), redis.stop(), postgres.stop()]);
    },
  };
}

const noStop = () => Promise.resolve();
