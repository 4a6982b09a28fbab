import type { ProjectionBatch } from "../../../ports/store.ts";
import { encodeEvents, eventPlaces } from "../event-row.ts";
import { encodeLeads } from "../lead-row.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";
import { RefusedRow } from "../store-fault.ts";
import { countChanges, encodeCountChanges } from "./count-changes.ts";

/** True if the projection stood where the batch begins. */
const writeBatch = defineStatement({
  file: new URL("./write-batch.sql", import.meta.url),
  encode: ({ partition, expectedNext, position, changes, events }: ProjectionBatch) => [
    partition,
    expectedNext,
    position.next,
    position.barrierEpoch,
    ...encodeLeads(changes, eventPlaces(events)),
    ...encodeEvents(events),
    ...encodeCountChanges(countChanges(changes)),
  ],
  decode: (rows): boolean => rows.length === 1,
});

/**
 * `conflict` is also the answer when a lead that the batch takes for new is not, and when one is in another cycle than its
 * state was read in: another partition has decided this round since. Nothing is written then either, and a fold over the
 * states as they are now will tell.
 */
export async function commitBatch(runner: SqlRunner, batch: ProjectionBatch): Promise<"committed" | "conflict"> {
  try {
    return (await writeBatch(runner, batch)) ? "committed" : "conflict";
  } catch (error) {
    if (error instanceof RefusedRow) return "conflict";
    throw error;
  }
}
