import type { ProjectionBatch } from "../../../ports/store.ts";
import type { SqlSession, SqlTransaction } from "../session.ts";
import { advancePosition } from "./advance-position.ts";
import { insertEvents } from "./insert-events.ts";
import { startPosition } from "./start-position.ts";
import { upsertLeads } from "./upsert-leads.ts";

/** Thrown to roll back what the transaction has written; never leaves this file. */
class Conflict extends Error {}

/**
 * One transaction, the position first: who moves it holds its row until the end, and a rival finds it moved.
 *
 * `conflict` is also the answer when an event meets the permanent guard: another partition has decided this round of the
 * lead since its state was read. Nothing is written then either, and a fold over the state as it is now will tell.
 */
export async function commitBatch(session: SqlSession, batch: ProjectionBatch): Promise<"committed" | "conflict"> {
  try {
    await session.transaction((transaction) => write(transaction, batch));
    return "committed";
  } catch (error) {
    if (error instanceof Conflict) return "conflict";
    throw error;
  }
}

async function write(transaction: SqlTransaction, batch: ProjectionBatch): Promise<void> {
  const advanced =
    (await advancePosition(transaction, batch)) ||
    (batch.expectedNext === 0 && (await startPosition(transaction, batch)));
  if (!advanced) throw new Conflict();
  if (batch.states.length > 0) await upsertLeads(transaction, batch.states);
  if (batch.events.length > 0 && (await insertEvents(transaction, batch)) < batch.events.length) throw new Conflict();
}
