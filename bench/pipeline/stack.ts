import { startKafka, type KafkaServer } from "../../deploy/local/kafka.ts";
import { startPostgres, type PostgresServer } from "../../deploy/local/postgres.ts";
import { startRedis, type RedisServer } from "../../deploy/local/redis.ts";

/** Servers of the bench alone, so that their CPU time is the bench's. */
export interface Stack {
  readonly kafka: KafkaServer;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  stop(): Promise<void>;
}

/** As one would run them: Redis appends every second, PostgreSQL waits for the disk. */
export async function startStack(postgresSettings: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const [kafka, redis, postgres] = await Promise.all([
    startKafka(),
    startRedis({ appendOnly: "everysec" }),
    startPostgres({ settings: { fsync: "on", ...postgresSettings } }),
  ]);
  return {
    kafka,
    redis,
    postgres,
    async stop() {
      await Promise.all([kafka.stop(), redis.stop(), postgres.stop()]);
    },
  };
}

export function serverPids({ kafka, redis, postgres }: Stack) {
  return { kafka: pidOf(kafka), redis: pidOf(redis), postgres: pidOf(postgres) };
}

const pidOf = ({ pid }: { readonly pid: number | undefined }): number[] => (pid === undefined ? [] : [pid]);
