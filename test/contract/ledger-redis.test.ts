import { afterAll, beforeAll } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../deploy/local/redis-cluster.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import { asRedisAdmin } from "../support/redis-admin.ts";
import { freshRedis } from "../support/servers.ts";
import { ledgerContract } from "./ledger.contract.ts";

/** Longer than in production: two cores carry the tests and all servers. */
const COMMAND_TIMEOUT_MS = 5000;

ledgerContract("the Redis ledger", async () =>
  openRedisLedger({ url: await freshRedis(), commandTimeoutMs: COMMAND_TIMEOUT_MS }),
);

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster({ appendOnly: "off" });
});
afterAll(() => cluster.stop());

ledgerContract("the Redis ledger on a cluster", async () => {
  await Promise.all(cluster.masters.map((master) => asRedisAdmin(master, (admin) => admin.flushall())));
  return openRedisLedger({ url: cluster.url, commandTimeoutMs: COMMAND_TIMEOUT_MS });
});
