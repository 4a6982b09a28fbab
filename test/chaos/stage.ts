import { join } from "node:path";
import { Client } from "pg";
import { startKafka, type KafkaServer } from "../../deploy/local/kafka.ts";
import { startPostgres, type PostgresServer } from "../../deploy/local/postgres.ts";
import { startRedis, type RedisServer } from "../../deploy/local/redis.ts";
import { canMount, mountSmallDisk, type SmallDisk } from "./small-disk.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** Real servers of our own, and the proxies through which the installation sees them. */
export interface Stage {
  /** Three brokers, three replicas, two of which must be in sync. */
  readonly kafka: KafkaServer;
  /** One per broker. */
  readonly kafkaProxies: readonly TcpProxy[];
  /** By when a write is on disk. The installation uses one of them at a time. */
  readonly redis: Readonly<Record<AppendMode, RedisServer>>;
  /** Follows whichever is told to. */
  readonly replica: RedisServer;
  readonly postgres: PostgresServer;
  readonly postgresProxy: TcpProxy;
  /** What the Redis of mode `always` and PostgreSQL write to; null without the right to mount. */
  readonly disks: Readonly<Record<"redis" | "postgres", SmallDisk>> | null;
  /** An empty database. @returns its URL, through the proxy or past it */
  createDatabase(name: string): Promise<{ readonly direct: string; readonly proxied: string }>;
  close(): Promise<void>;
}

export type AppendMode = "always" | "everysec" | "off";

const BROKERS = [1, 2, 3];
/** DEBUG lets a test see -LOADING. */
const REDIS_SETTINGS = { "enable-debug-command": "yes", "repl-diskless-sync-delay": 0 };

const REDIS_MEGABYTES = 512;
const POSTGRES_MEGABYTES = 1_024;

export async function openStage(): Promise<Stage> {
  const disks = (await canMount())
    ? { redis: await mountSmallDisk(REDIS_MEGABYTES), postgres: await mountSmallDisk(POSTGRES_MEGABYTES) }
    : null;
  const kafkaProxies = await Promise.all(BROKERS.map(() => startTcpProxy()));
  const postgresProxy = await startTcpProxy();
  const [kafka, always, everysec, off, replica, postgres] = await Promise.all([
    startKafka({ nodes: BROKERS.length, frontPorts: kafkaProxies.map(({ port }) => port), heapMegabytes: 320 }),
    startRedis({
      appendOnly: "always",
      settings: REDIS_SETTINGS,
      dataDir: disks === null ? undefined : join(disks.redis.directory, "data"),
    }),
    startRedis({ appendOnly: "everysec", settings: REDIS_SETTINGS }),
    startRedis({ appendOnly: "off", settings: REDIS_SETTINGS }),
    startRedis({ appendOnly: "off", settings: REDIS_SETTINGS }),
    startPostgres({
      dataDir: disks === null ? undefined : join(disks.postgres.directory, "data"),
      settings: { max_connections: 200 },
    }),
  ]);
  kafkaProxies.forEach((proxy, index) => proxy.pointAt(kafka.backPorts[index] ?? 0));
  postgresProxy.pointAt(postgres.port);
  const redis = { always, everysec, off };
  return {
    kafka,
    kafkaProxies,
    redis,
    replica,
    postgres,
    postgresProxy,
    disks,
    async createDatabase(name) {
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      await client.query(`CREATE DATABASE "${name}" TEMPLATE template0`);
      await client.end();
      const direct = new URL(postgres.url);
      direct.pathname = `/${name}`;
      const proxied = new URL(direct);
      proxied.port = String(postgresProxy.port);
      return { direct: direct.href, proxied: proxied.href };
    },
    async close() {
      await Promise.all([kafka, always, everysec, off, replica, postgres].map((server) => server.kill()));
      await Promise.all([...kafkaProxies, postgresProxy].map((proxy) => proxy.close()));
      await Promise.all(Object.values(disks ?? {}).map((disk) => disk.remove()));
    },
  };
}
