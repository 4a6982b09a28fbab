import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { type RedisOptions, type RedisServer, startRedis } from "./redis.ts";

export interface RedisClusterOptions extends Pick<RedisOptions, "appendOnly" | "settings"> {
  /** The first master gets the first of them, and so on in turn; default 0. */
  readonly replicas?: number;
}

export interface RedisCluster {
  /** All masters, comma separated. */
  readonly url: string;
  /** As they began: a failover makes a master of a replica. Each has a third of the slots. */
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];
  stop(): Promise<void>;
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
  readonly admin: Redis;
}

const MASTERS = 3;
const SLOTS = 16_384;
/** After this a silent master is replaced: short, since tests wait for it. */
const NODE_TIMEOUT_MS = 2000;
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** Three masters on free loopback ports. Resolves when every node knows all others and answers for all slots. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const count = MASTERS + (options.replicas ?? 0);
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(options)));
  try {
    const [masters, replicas] = [nodes.slice(0, MASTERS), nodes.slice(MASTERS)];
    await Promise.all(masters.map(giveSlots));
    await introduce(nodes);
    await Promise.all(replicas.map((replica, index) => follow(replica, masters[index % MASTERS])));
    return {
      url: masters.map(({ server }) => server.url).join(","),
      masters: masters.map(({ server }) => server),
      replicas: replicas.map(({ server }) => server),
      stop: async () => void (await Promise.all(nodes.map(({ server }) => server.stop()))),
    };
  } finally {
    for (const { admin } of nodes) admin.disconnect();
  }
}

async function startNode({ appendOnly = "everysec", settings }: RedisClusterOptions): Promise<Node> {
  const busPort = await freePort();
  const server = await startRedis({
    appendOnly,
    settings: {
      databases: 1,
      "cluster-enabled": "yes",
      "cluster-port": busPort,
      "cluster-node-timeout": NODE_TIMEOUT_MS,
      // Tenants of the other masters need not wait for one that is away.
      "cluster-require-full-coverage": "no",
      "cluster-allow-replica-migration": "no",
      "repl-diskless-sync-delay": 0,
      ...settings,
    },
  });
  return { server, busPort, admin: new Redis(server.url) };
}

async function giveSlots({ admin }: Node, index: number): Promise<void> {
  const [first, next] = [index, index + 1].map((nth) => Math.ceil((nth * SLOTS) / MASTERS));
  // Masters that don't know each other yet have all the same epoch, and would have to settle whose comes first.
  await admin.cluster("SET-CONFIG-EPOCH", index + 1);
  await admin.call("CLUSTER", "ADDSLOTSRANGE", String(first), String((next ?? SLOTS) - 1));
}

async function introduce(nodes: readonly Node[]): Promise<void> {
  const [first, ...others] = nodes;
  for (const { server, busPort } of others) {
    await first?.admin.call("CLUSTER", "MEET", "127.0.0.1", String(server.port), String(busPort));
  }
  const isSettled = [
    /cluster_state:ok/u,
    /cluster_slots_ok:16384/u,
    new RegExp(`cluster_known_nodes:${nodes.length}\r`, "u"),
  ];
  await Promise.all(nodes.map(({ admin }) => until(() => admin.cluster("INFO"), isSettled)));
}

async function follow(replica: Node, master: Node | undefined): Promise<void> {
  await replica.admin.cluster("REPLICATE", String(await master?.admin.cluster("MYID")));
  await until(() => replica.admin.info("replication"), [/master_link_status:up/u]);
}

async function until(look: () => Promise<string>, isRight: readonly RegExp[]): Promise<void> {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (isRight.every((pattern) => pattern.test(seen))) return;
    if (Date.now() > deadlineMs)
      throw new Error(`The Redis cluster is not ready after ${READY_WITHIN_MS} ms:\n${seen}`);
    await delay(LOOK_EVERY_MS);
  }
}
