import type { LeadEvent } from "../../../ports/store.ts";
import { decodeEvent } from "../event-row.ts";
import { defineStatement } from "../statement.ts";

export interface LogPlace {
  readonly partition: number;
  readonly offset: number;
}

export const eventAt = defineStatement({
  file: new URL("./event-at.sql", import.meta.url),
  encode: ({ partition, offset }: LogPlace) => [partition, offset],
  decode: ([row]): LeadEvent | null => (row === undefined ? null : decodeEvent(row)),
});
