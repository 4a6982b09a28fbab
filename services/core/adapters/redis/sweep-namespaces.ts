import type { Redis } from "ioredis";
import { NAMESPACED_KEYS, readNamespace } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";

const SCAN_COUNT = 1000;
/** Ten million keys: then it is the next recovery's turn. */
const MOST_SCANS = 10_000;

/** Frees the memory of namespaces that `isOld` says nobody reads any more (R6). Stops early when `mayGoOn` says so. */
export async function sweepNamespaces(
  client: Redis,
  isOld: (tenantId: string, epoch: number) => boolean,
  mayGoOn: () => boolean,
): Promise<void> {
  let cursor = "0";
  for (let scans = 0; scans < MOST_SCANS && mayGoOn(); scans += 1) {
    const [next, keys] = await orUnavailable(client.scan(cursor, "MATCH", NAMESPACED_KEYS, "COUNT", SCAN_COUNT));
    const old = keys.filter((key) => {
      const namespace = readNamespace(key);
      return namespace !== null && isOld(namespace.tenantId, namespace.epoch);
    });
    if (old.length > 0) await orUnavailable(client.unlink(old));
    cursor = next;
    if (cursor === "0") return;
  }
}
