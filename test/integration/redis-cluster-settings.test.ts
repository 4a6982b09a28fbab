import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../deploy/local/redis-cluster.ts";
import { connectRedis, mastersOf, type RedisClient } from "../../services/core/adapters/redis/connect.ts";
import { metaKey } from "../../services/core/adapters/redis/keys.ts";
import { createRedisAttempts, type RedisAttempts } from "../../services/core/adapters/redis/redis-attempts.ts";
import { clusterTenants } from "../support/cluster-tenants.ts";
import { until } from "../support/flow-until.ts";
import { asRedisAdmin, takeOver } from "../support/redis-admin.ts";
import { loseReply, tapSockets } from "../support/socket-tap.ts";

const PATIENT_MS = 5000;
const IMPATIENT_MS = 500;
const SLOW_MS = 60_000;
const unavailable = { code: "LEDGER_UNAVAILABLE", retriable: true };

/** Each of these named by a setting fails when it is taken away from create-cluster.ts: test/mutation shows it. */
describe("the client of a Redis Cluster", { timeout: SLOW_MS }, () => {
  let cluster: RedisCluster;
  const clients: RedisClient[] = [];
  let untap = (): void => undefined;

  const connect = async (commandTimeoutMs = PATIENT_MS, url = cluster.url): Promise<RedisClient> => {
    const client = await connectRedis({ url, commandTimeoutMs });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    cluster = await startRedisCluster({ appendOnly: "off", replicas: 1 });
  }, SLOW_MS);
  afterAll(() => cluster.stop());
  afterEach(() => {
    untap();
    for (const client of clients.splice(0)) client.disconnect();
  });

  it("retryDelayOnFailover: a command whose reply is lost runs once and is an error", async () => {
    const client = await connect();
    const ports = cluster.masters.map(({ port }) => port);
    let isArmed = true;
    untap = tapSockets((socket, bytes) => {
      if (!isArmed || !ports.includes(socket.remotePort ?? 0) || !/incr/iu.test(bytes.toString("latin1"))) return;
      isArmed = false;
      loseReply(socket);
    });
    await expect(client.incr("counter")).rejects.toThrow("Connection is closed");
    expect(await answerOf(() => client.get("counter"))).toBe("1");
  });

  it("+node: a command for a node that is away fails at once and never runs", async () => {
    const client = await connect();
    await client.set("counter", 0);
    const gone = once(client, "-node");
    for (const master of cluster.masters) {
      await asRedisAdmin(master, (admin) => admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
    }
    await gone;
    await expect(client.incr("counter")).rejects.toThrow();
    expect(await answerOf(() => client.get("counter"))).toBe("0");
  });

  it("slotsRefreshInterval: a master that fell silent is left for the replica that took over", async () => {
    const [[tenantId = ""] = []] = await clusterTenants(cluster, 1);
    const client = await connect(IMPATIENT_MS);
    await cluster.masters[0]!.kill("SIGSTOP");
    try {
      expect(await answerOf(() => client.exists(metaKey(tenantId)))).toBe(0);
    } finally {
      await cluster.masters[0]!.kill("SIGCONT");
      await takeOver(cluster.masters[0]!);
    }
  });

  it("counts attempts on whichever master they are", async () => {
    const [one, another] = [0, 1].map(() =>
      createRedisAttempts({ url: cluster.url, commandTimeoutMs: PATIENT_MS }, "prefix"),
    ) as [RedisAttempts, RedisAttempts];
    for (const work of ["one", "two", "three", "four"]) {
      expect([await one.begin(work), await another.begin(work)]).toEqual([1, 2]);
      await another.end(work);
      expect(await one.begin(work)).toBe(1);
    }
    await Promise.all([one.close(), another.close()]);
  });

  it("signs in to every node with the credentials of the first", async () => {
    const nodes = [...cluster.masters, ...cluster.replicas];
    for (const node of nodes) {
      await asRedisAdmin(node, (admin) => admin.acl("SETUSER", "fairlead", "on", ">p@ss", "~*", "+@all"));
    }
    const url = cluster.url.replace("redis://", "redis://fairlead:p%40ss@");
    const client = await connect(PATIENT_MS, url);
    expect(await Promise.all(mastersOf(client).map((master) => master.acl("WHOAMI")))).toEqual(
      cluster.masters.map(() => "fairlead"),
    );
  });

  it("refuses a master that may evict keys, a node without its cluster, and a database that a cluster has not", async () => {
    const refused = { code: "CONFIG_INVALID", at: "FAIRLEAD_REDIS_URL" };
    await expect(connectRedis({ url: cluster.masters[0]!.url })).rejects.toMatchObject(refused);
    await expect(connectRedis({ url: cluster.masters.map(({ url }) => `${url}/1`).join(",") })).rejects.toMatchObject(
      refused,
    );
    const setPolicy = (policy: string) =>
      asRedisAdmin(cluster.masters[1]!, (admin) => admin.config("SET", "maxmemory-policy", policy));
    await setPolicy("allkeys-lru");
    try {
      await expect(connect()).rejects.toMatchObject(refused);
    } finally {
      await setPolicy("noeviction");
    }
  });

  it("says unavailable at the start when nobody listens", async () => {
    await expect(connectRedis({ url: "redis://127.0.0.1:1,redis://127.0.0.1:2" })).rejects.toMatchObject(unavailable);
  });
});

/** Asks until there is an answer. */
const answerOf = <T>(ask: () => Promise<T | null>): Promise<T | null> =>
  until(
    () => ask().catch(() => null),
    (answer) => answer !== null,
  );
