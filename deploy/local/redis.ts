import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { dataDirectory } from "./data-directory.ts";
import { freePort } from "./free-port.ts";
import { type Server, startServer } from "./server.ts";
import { findRedis } from "./tools.ts";

export interface RedisOptions {
  /** Default: a temporary folder. */
  readonly dataDir?: string | undefined;
  /** When a write is safe on disk; "off" keeps no data over a restart. Default "everysec". */
  readonly appendOnly?: "always" | "everysec" | "off";
  /** More lines of redis.conf, by name; they win. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface RedisServer extends Server {
  readonly url: string;
  readonly port: number;
}

/** Logical databases, so that each test file can have its own. An empty one costs nothing. */
export const REDIS_DATABASES = 1024;

const READY_WITHIN_MS = 15_000;
const PROBE_TIMEOUT_MS = 1000;

/** A Redis of our own on a free loopback port, never the package's. It never evicts: an eviction would be a silent loss. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { appendOnly = "everysec" } = options;
  const directory = dataDirectory("redis", options.dataDir);
  const port = await freePort();
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: directory,
    databases: REDIS_DATABASES,
    save: "",
    appendonly: appendOnly === "off" ? "no" : "yes",
    appendfsync: appendOnly === "off" ? "no" : appendOnly,
    "maxmemory-policy": "noeviction",
    ...options.settings,
  };
  const server = await startServer({
    name: "Redis",
    command: findRedis(),
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    logFile: join(directory, "redis.log"),
    stopSignal: "SIGTERM",
    probe: () => ping(port),
    readyWithinMs: READY_WITHIN_MS,
  });
  return Object.assign(server, { url: `redis://127.0.0.1:${port}`, port });
}

/** While Redis reads its append-only file it accepts connections and answers -LOADING. */
async function ping(port: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", timeout: PROBE_TIMEOUT_MS });
  try {
    socket.write("PING\r\n");
    const [reply] = await once(socket, "data", { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    if (String(reply) !== "+PONG\r\n") throw new Error(`PING was answered by ${String(reply).trim()}`);
  } finally {
    socket.destroy();
  }
}
