import { randomUUID } from "node:crypto";
import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import { activate } from "./activate.ts";
import { beginSeeding } from "./begin-seeding.ts";
import type { RedisClient } from "./connect.ts";
import { ledgerKeys } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { joinRoster, writeRoster } from "./roster.ts";
import { seedRows } from "./seed-rows.ts";
import { sweepNamespaces } from "./sweep-namespaces.ts";

/** A tenant whose rows may be written, and the server that they go to. */
interface BegunTenant {
  readonly tenantId: string;
  readonly runId: string;
}

/**
 * R4 and R5: all rows first, in a namespace nobody reads, then one small write per tenant that makes it the ledger.
 * A server that restarted, failed over or was flushed meanwhile takes no part of it. The roster comes in between: whoever
 * finds a tenant active finds it there too.
 *
 * The masters of a cluster get their rows side by side. None activates before all have them, since a tenant that is
 * ready tells others that the recovery is over. A master that fails is no loss to the tenants of the rest; its fault is
 * thrown in the end.
 */
export function seedLedger(
  client: RedisClient,
  epoch: number,
  tenants: ReadonlyMap<string, Iterable<LedgerRow>>,
): Promise<"activated" | "superseded"> {
  return seedTenants(client, epoch, {
    tenants,
    enrol: () => writeRoster(client, { epoch, tenantIds: tenants.keys() }),
  });
}

/** Only a tenant that was never on the roster of the epoch; one that is there and not active was lost. */
export async function openTenant(
  client: RedisClient,
  epoch: number,
  tenantId: string,
): Promise<"opened" | "known" | "fenced"> {
  const joined = await joinRoster(client, { epoch, tenantId });
  if (joined !== "joined") return joined;
  const verdict = await seedTenants(client, epoch, {
    tenants: new Map([[tenantId, []]]),
    enrol: () => Promise.resolve("written"),
  });
  return verdict === "activated" ? "opened" : "fenced";
}

interface Seeding {
  readonly tenants: ReadonlyMap<string, Iterable<LedgerRow>>;
  /** Before any tenant is activated. */
  readonly enrol: () => Promise<"written" | "superseded">;
}

async function seedTenants(
  client: RedisClient,
  epoch: number,
  { tenants, enrol }: Seeding,
): Promise<"activated" | "superseded"> {
  const mark = randomUUID();

  async function begin(tenantId: string): Promise<BegunTenant> {
    await clearUnfinished(client, tenantId, epoch);
    return { tenantId, runId: await beginSeeding(client, { tenantId, epoch, mark }) };
  }

  async function write(share: readonly BegunTenant[]): Promise<readonly BegunTenant[]> {
    for (const { tenantId } of share) {
      await seedRows(client, ledgerKeys(tenantId, epoch), tenants.get(tenantId) ?? []);
    }
    return share;
  }

  async function makeLedger(share: readonly BegunTenant[]): Promise<boolean> {
    for (const { tenantId, runId } of share) {
      if ((await activate(client, { tenantId, epoch, runId, mark })) === "superseded") return false;
    }
    return true;
  }

  const begun = await settled(Array.from(tenants.keys(), begin));
  const shares = Map.groupBy(begun.values, ({ runId }) => runId);
  if (shares.has("superseded")) return "superseded";
  const written = await settled(Array.from(shares.values(), write));
  const enrolled = await settled([enrol()]);
  if (enrolled.values.includes("superseded")) return "superseded";
  const activated = await settled(written.values.map(makeLedger));
  const [failure] = [...begun.failures, ...written.failures, ...enrolled.failures, ...activated.failures];
  if (failure !== undefined) throw failure.reason;
  return activated.values.every(Boolean) ? "activated" : "superseded";
}

async function settled<T>(work: readonly Promise<T>[]): Promise<Settled<T>> {
  const outcomes = await Promise.allSettled(work);
  return {
    values: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    failures: outcomes.filter((outcome) => outcome.status === "rejected"),
  };
}

interface Settled<T> {
  readonly values: readonly T[];
  readonly failures: readonly PromiseRejectedResult[];
}

/** An attempt of the same epoch that ended half-way left rows that need not be in this one. */
async function clearUnfinished(client: RedisClient, tenantId: string, epoch: number): Promise<void> {
  if ((await orUnavailable(client.exists(ledgerKeys(tenantId, epoch).seeding))) === 0) return;
  const isUnfinished = (otherId: string, otherEpoch: number) => otherId === tenantId && otherEpoch === epoch;
  await sweepNamespaces(client, isUnfinished, () => true);
}
