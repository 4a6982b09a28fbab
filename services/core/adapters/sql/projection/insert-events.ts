import type { LeadEvent, ProjectionBatch } from "../../../ports/store.ts";
import { encodeEvent } from "../event-row.ts";
import { defineStatement } from "../statement.ts";
import { storableJson } from "../storable-text.ts";

/** The number of events written; less than was given if one met the guard against two decisions for one round. */
export const insertEvents = defineStatement({
  file: new URL("./insert-events.sql", import.meta.url),
  encode: ({ events, states }: Pick<ProjectionBatch, "events" | "states">) => [storableJson(encodeAll(events, states))],
  decode: (rows): number => rows.length,
});

function encodeAll(events: readonly LeadEvent[], states: ProjectionBatch["states"]): readonly object[] {
  const facts = new Map(states.map((state) => [leadKey(state), state.facts]));
  return events.map((event) => encodeEvent(event, facts.get(leadKey(event))));
}

const leadKey = ({ tenantId, leadId }: { readonly tenantId: string; readonly leadId: string }): string =>
  JSON.stringify([tenantId, leadId]);
