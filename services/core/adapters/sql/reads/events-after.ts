import { decodeEvents } from "../event-row.ts";
import { defineStatement } from "../statement.ts";

export interface EventsInput {
  readonly partition: number;
  readonly afterOffset: number;
  readonly limit: number;
}

export const eventsAfter = defineStatement({
  file: new URL("./events-after.sql", import.meta.url),
  encode: ({ partition, afterOffset, limit }: EventsInput) => [partition, afterOffset, limit],
  decode: decodeEvents,
});
