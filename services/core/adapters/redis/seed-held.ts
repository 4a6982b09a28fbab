import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import { slotOf } from "../../domain/ledger/rep-holdings.ts";
import type { RedisClient } from "./connect.ts";
import type { LedgerKeys } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { decodeLead } from "./record-codec.ts";

export type HeldRow = Extract<LedgerRow, { kind: "held" }>;

/** Writes the slots that no lead's record, which must be there already, says to be held. Mostly there is none. */
export async function seedHeld(
  client: RedisClient,
  { lead, leaving }: LedgerKeys,
  rows: readonly HeldRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const leadIds = rows.map(({ leadId }) => leadId);
  const records = await orUnavailable(client.hmgetBuffer(lead, ...leadIds));
  const outlived = rows.filter((row, index) => !saysHeld(records[index] ?? null, row));
  const values = outlived.flatMap(({ leadId, cycle, repId }) => [slotOf(leadId, cycle), repId]);
  if (values.length > 0) await orUnavailable(client.hset(leaving, ...values));
}

function saysHeld(record: Buffer | null, { repId, cycle }: HeldRow): boolean {
  if (record === null) return false;
  const entry = decodeLead(record);
  return entry.status === "owned" && entry.cycle === cycle && entry.ref === repId;
}
