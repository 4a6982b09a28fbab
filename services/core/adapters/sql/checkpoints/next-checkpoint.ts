import { integer } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const nextCheckpoint = defineStatement({
  file: new URL("./next-checkpoint.sql", import.meta.url),
  encode: () => [],
  decode: ([row]): number => integer(row ?? {}, "checkpoint_id"),
});
