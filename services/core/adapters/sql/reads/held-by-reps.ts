import { textArray } from "../binary-array.ts";
import { integer, text } from "../row.ts";
import { defineStatement } from "../statement.ts";

export interface HeldInput {
  readonly tenantId: string;
  readonly repIds: readonly string[];
}

export const heldByReps = defineStatement({
  file: new URL("./held-by-reps.sql", import.meta.url),
  encode: ({ tenantId, repIds }: HeldInput) => [tenantId, textArray(repIds)],
  decode: (rows): ReadonlyMap<string, number> =>
    new Map(rows.map((row) => [text(row, "rep_id"), integer(row, "leads")])),
});
