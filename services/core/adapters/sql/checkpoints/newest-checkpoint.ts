import { integer } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const newestCheckpoint = defineStatement({
  file: new URL("./newest-checkpoint.sql", import.meta.url),
  encode: () => [],
  decode: ([row]): number | null => (row === undefined ? null : integer(row, "checkpoint_id")),
});
