import { readSlot } from "../../domain/ledger/rep-holdings.ts";
import type { UnfinishedReservation } from "../../domain/ledger/reservation.ts";
import type { RedisClient } from "./connect.ts";
import { ledgerKeys, metaKey } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { decodeLead } from "./record-codec.ts";

const SCAN_COUNT = 1000;

/** What is unconfirmed is a handful at any time; an answer that is out of date does no harm (ports/ledger.ts). */
export async function readUnfinished(client: RedisClient, tenantId: string): Promise<readonly UnfinishedReservation[]> {
  const epoch = await orUnavailable(client.hget(metaKey(tenantId), "epoch"));
  if (epoch === null) return [];
  const keys = ledgerKeys(tenantId, Number(epoch));
  const found: UnfinishedReservation[] = [];
  let cursor = "0";
  do {
    const [next, flat] = await orUnavailable(client.hscan(keys.unconfirmed, cursor, "COUNT", SCAN_COUNT));
    const slots = flat.filter((_, index) => index % 2 === 0).map(readSlot);
    const leadIds = slots.map(({ leadId }) => leadId);
    const records = leadIds.length === 0 ? [] : await orUnavailable(client.hmgetBuffer(keys.lead, ...leadIds));
    slots.forEach(({ leadId, cycle }, index) => {
      const record = records[index];
      const entry = record ? decodeLead(record) : null;
      if (entry?.cycle === cycle && entry.via !== null) found.push({ leadId, cycle, via: entry.via });
    });
    cursor = next;
  } while (cursor !== "0");
  return found;
}
