import { once } from "node:events";
import { Cluster, Redis } from "ioredis";
import { Fault } from "../../domain/fault.ts";
import { createCluster } from "./create-cluster.ts";
import { orUnavailable } from "./ledger-fault.ts";

export interface ConnectOptions {
  /** Of a server, or of several nodes of a cluster, comma separated. */
  readonly url: string;
  /** After this a command counts as unanswered; it may still run. Default 500. */
  readonly commandTimeoutMs?: number;
  /** Told of every lost connection and failed attempt; the client goes on trying. */
  readonly onConnectionError?: (error: Error) => void;
}

/** One server, or a cluster that leads each command to the master of its key. */
export type RedisClient = Redis | Cluster;

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1000;
const LONGEST_RETRY_MS = 1000;

/**
 * A connection that never sends a command twice. By default ioredis repeats what was in flight when a link broke, and a
 * command whose reply was lost would run twice; it also keeps commands for a server that is away.
 */
export async function connectRedis({ url, commandTimeoutMs, onConnectionError }: ConnectOptions): Promise<RedisClient> {
  const options = {
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt: number) => Math.min(attempt * 50, LONGEST_RETRY_MS),
  };
  const urls = url.split(",");
  const client = urls.length === 1 ? new Redis(url, options) : createCluster(urls, options);
  for (const event of ["error", "node error"]) client.on(event, onConnectionError ?? (() => undefined));
  try {
    await orUnavailable(client.connect());
    await expectUsable(client);
    return client;
  } catch (cause) {
    client.disconnect();
    throw cause;
  }
}

/** Each server whose keys are its own. Known anew after a failover, so not to be kept. */
export const mastersOf = (client: RedisClient): readonly Redis[] =>
  client instanceof Cluster ? client.nodes("master") : [client];

/** A master that is away need not keep the tenants of the others waiting; it is looked at when it is seeded. */
async function expectUsable(client: RedisClient): Promise<void> {
  const asked = mastersOf(client).map(readyInfo);
  await orUnavailable(Promise.any(asked));
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === "rejected") continue;
    expectNoEviction(readInfo(answer.value, "maxmemory_policy"));
    if (client instanceof Redis) expectAlone(readInfo(answer.value, "redis_mode"));
  }
}

/** A node of a cluster that was named a moment ago is still being dialled. */
async function readyInfo(server: Redis): Promise<string> {
  if (server.status !== "ready") await once(server, "ready", { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
  return server.info();
}

/** An evicted key would be a silent loss that no epoch shows. INFO tells even where a provider forbids CONFIG. */
export function expectNoEviction(policy: string): void {
  if (policy !== "noeviction") throw unusable(`Redis must run with maxmemory-policy noeviction, not ${policy}.`);
}

function expectAlone(mode: string): void {
  if (mode === "cluster") throw unusable("This Redis is a node of a cluster: name more of its nodes, comma separated.");
}

const unusable = (message: string): Fault => new Fault("CONFIG_INVALID", message, { at: "FAIRLEAD_REDIS_URL" });

function readInfo(info: string, name: string): string {
  const line = info.split("\r\n").find((text) => text.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`INFO of Redis does not tell ${name}.`);
  return line.slice(name.length + 1);
}
