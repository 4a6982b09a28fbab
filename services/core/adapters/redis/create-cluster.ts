import { Cluster, type Redis, type RedisOptions } from "ioredis";
import { Fault } from "../../domain/fault.ts";

/** As connect.ts has them for one server. */
interface StrictOptions extends Pick<
  RedisOptions,
  "autoResendUnfulfilledCommands" | "maxRetriesPerRequest" | "commandTimeout" | "connectTimeout"
> {
  readonly enableOfflineQueue: boolean;
  readonly retryStrategy: (attempt: number) => number;
}

/** By when a master that fell silent, and so never says MOVED, is found to be replaced. */
const REFRESH_MS = 2000;
/** ioredis repeats a command after errors that say nothing about whether it ran; 0 makes them the answer. */
const NEVER = 0;

/**
 * A client of a cluster that is as strict as the one of a server (connect.ts). Only MOVED, ASK and TRYAGAIN send a
 * command again: with these a node says that it has not run it.
 *
 * A node whose connection breaks is forgotten, and looked for again by the next command for its keys: any other node
 * says MOVED. If all are gone, the names that the client was given are asked again.
 *
 * @param urls of some of the nodes; credentials and TLS of the first are those of all nodes
 * @throws Fault CONFIG_INVALID
 */
export function createCluster(urls: readonly string[], options: StrictOptions): Cluster {
  const nodes = urls.map(readUrl);
  const { enableOfflineQueue, retryStrategy, ...redisOptions } = options;
  const cluster = new Cluster(
    nodes.map(({ href }) => href),
    {
      lazyConnect: true,
      enableOfflineQueue,
      // A cluster that is down tells every command so.
      enableReadyCheck: false,
      retryDelayOnFailover: NEVER,
      retryDelayOnClusterDown: NEVER,
      slotsRefreshInterval: REFRESH_MS,
      clusterRetryStrategy: retryStrategy,
      // Names stay names: certificates are made out to them.
      dnsLookup: (host, done) => done(null, host),
      redisOptions: { ...redisOptions, ...credentialsOf(nodes[0]) },
    },
  );
  cluster.on("+node", prepareNode);
  return cluster;
}

function prepareNode(node: Redis): void {
  // Left to its first command, a node would keep that until it is connected, however late it then runs.
  void node.connect().catch(ignore);
  // ioredis awaits no answer to ASKING, and an error that nobody takes ends the process.
  const asking = node.asking.bind(node);
  node.asking = (callback = ignore) => asking(callback);
}

const ignore = (): void => undefined;

function readUrl(text: string): URL {
  const url = URL.parse(text);
  const isNode = url !== null && /^rediss?:$/u.test(url.protocol) && /^\/?$/u.test(url.pathname);
  if (isNode) return url;
  throw new Fault("CONFIG_INVALID", "Nodes of a Redis cluster are named as redis://host:port, and have one database.", {
    at: "FAIRLEAD_REDIS_URL",
  });
}

function credentialsOf(url: URL | undefined): Pick<RedisOptions, "username" | "password" | "tls"> {
  if (url === undefined) return {};
  const { username, password, protocol } = url;
  return {
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  };
}
