import type { Redis } from "ioredis";
import { mastersOf, type RedisClient } from "./connect.ts";
import { NAMESPACED_KEYS, readNamespace } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";

type IsOld = (tenantId: string, epoch: number) => boolean;

const SCAN_COUNT = 1000;
/** Ten million keys: then it is the next recovery's turn. */
const MOST_SCANS = 10_000;

/** Frees the memory of namespaces that `isOld` says nobody reads any more (R6). Stops early when `mayGoOn` says so. */
export async function sweepNamespaces(client: RedisClient, isOld: IsOld, mayGoOn: () => boolean): Promise<void> {
  await Promise.all(mastersOf(client).map((server) => sweepServer(server, isOld, mayGoOn)));
}

async function sweepServer(server: Redis, isOld: IsOld, mayGoOn: () => boolean): Promise<void> {
  let cursor = "0";
  for (let scans = 0; scans < MOST_SCANS && mayGoOn(); scans += 1) {
    const [next, keys] = await orUnavailable(server.scan(cursor, "MATCH", NAMESPACED_KEYS, "COUNT", SCAN_COUNT));
    // One command a tenant: a node of a cluster refuses keys of several slots.
    for (const [tenantId, old] of Map.groupBy(keys, (key) => oldTenantOf(key, isOld))) {
      if (tenantId !== null) await orUnavailable(server.unlink(old));
    }
    cursor = next;
    if (cursor === "0") return;
  }
}

/** Null for a key that stays. */
function oldTenantOf(key: string, isOld: IsOld): string | null {
  const namespace = readNamespace(key);
  return namespace !== null && isOld(namespace.tenantId, namespace.epoch) ? namespace.tenantId : null;
}
