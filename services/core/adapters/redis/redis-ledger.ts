import type { Ledger } from "../../ports/ledger.ts";
import { applyChanges } from "./apply-changes.ts";
import { type ConnectOptions, connectRedis, type RedisClient } from "./connect.ts";
import { dumpRows } from "./dump-rows.ts";
import { ledgerKeys, metaKey } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { readUnfinished } from "./read-unfinished.ts";
import { readyEpoch } from "./ready-epoch.ts";
import { KnownPlaces } from "./rep-places.ts";
import { reserveBatch } from "./reserve-batch.ts";
import { rosterEpoch } from "./roster.ts";
import { openTenant, seedLedger } from "./seed-ledger.ts";
import { sweepNamespaces } from "./sweep-namespaces.ts";

/** Seeding sends thousands of rows at once, and a loaded server may take its time for them. */
const BULK_TIMEOUT_MS = 30_000;

/** The ledger of any number of processes: one server, one primary and its replicas, or the masters of a cluster. */
export async function openRedisLedger(options: ConnectOptions): Promise<Ledger> {
  const client = await connectRedis(options);
  const places = new KnownPlaces();
  let bulkClient: Promise<RedisClient> | undefined;
  let sweeping = Promise.resolve();
  let isClosed = false;

  async function bulk(): Promise<RedisClient> {
    bulkClient ??= connectRedis({ ...options, commandTimeoutMs: BULK_TIMEOUT_MS });
    try {
      return await bulkClient;
    } catch (cause) {
      bulkClient = undefined;
      throw cause;
    }
  }

  return {
    reserve: (request) => reserveBatch(client, places, request),
    apply: (tenantId, changes, minEpoch) => applyChanges(client, { tenantId, changes, minEpoch }),
    unfinished: (tenantId) => readUnfinished(client, tenantId),
    readyEpoch: (tenantIds) => (tenantIds.length === 0 ? rosterEpoch(client) : commonEpoch(client, tenantIds)),
    open: (tenantId, epoch) => openTenant(client, epoch, tenantId),
    async seed(epoch, tenants) {
      const seeder = await bulk();
      const verdict = await seedLedger(seeder, epoch, tenants);
      if (verdict === "superseded") return verdict;
      const isOld = (tenantId: string, other: number) => tenants.has(tenantId) && other < epoch;
      // What a broken sweep leaves costs memory only, until the next seeding sweeps again.
      sweeping = sweepNamespaces(seeder, isOld, () => !isClosed).catch(() => undefined);
      return verdict;
    },
    async *dump(tenantId) {
      const reader = await bulk();
      const epoch = await orUnavailable(reader.hget(metaKey(tenantId), "epoch"));
      if (epoch !== null) yield* dumpRows(reader, ledgerKeys(tenantId, Number(epoch)));
    },
    async close() {
      isClosed = true;
      client.disconnect();
      const seeder = await bulkClient?.catch(() => undefined);
      seeder?.disconnect();
      await sweeping;
    },
  };
}

async function commonEpoch(client: RedisClient, tenantIds: readonly string[]): Promise<number | null> {
  const epochs = new Set(await Promise.all(tenantIds.map((tenantId) => readyEpoch(client, tenantId))));
  const [common = null] = epochs;
  return epochs.size === 1 ? common : null;
}
