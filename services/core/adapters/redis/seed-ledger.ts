import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import { activate } from "./activate.ts";
import { readRunId } from "./connect.ts";
import { type LedgerKeys, ledgerKeys, metaKey } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { seedRows } from "./seed-rows.ts";
import { sweepNamespaces } from "./sweep-namespaces.ts";

/**
 * R4 and R5: all rows first, in a namespace nobody reads, then one small write per tenant that makes it the ledger.
 * A server that restarted, failed over or was flushed meanwhile takes no part of it.
 */
export async function seedLedger(
  client: Redis,
  epoch: number,
  tenants: ReadonlyMap<string, Iterable<LedgerRow>>,
): Promise<"activated" | "superseded"> {
  const runId = await readRunId(client);
  const mark = randomUUID();
  for (const [tenantId, rows] of tenants) {
    const active = await orUnavailable(client.hget(metaKey(tenantId), "epoch"));
    if (active !== null && Number(active) >= epoch) return "superseded";
    const keys = ledgerKeys(tenantId, epoch);
    await clearUnfinished(client, keys, { tenantId, epoch });
    await orUnavailable(client.set(keys.seeding, mark));
    await seedRows(client, keys, rows);
  }
  for (const tenantId of tenants.keys()) {
    if ((await activate(client, { tenantId, epoch, runId, mark })) === "superseded") return "superseded";
  }
  return "activated";
}

/** An attempt of the same epoch that ended half-way left rows that need not be in this one. */
async function clearUnfinished(
  client: Redis,
  { seeding }: LedgerKeys,
  unfinished: { readonly tenantId: string; readonly epoch: number },
): Promise<void> {
  if ((await orUnavailable(client.exists(seeding))) === 0) return;
  await sweepNamespaces(
    client,
    (tenantId, epoch) => tenantId === unfinished.tenantId && epoch === unfinished.epoch,
    () => true,
  );
}
