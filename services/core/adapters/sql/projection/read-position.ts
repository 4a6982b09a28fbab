import type { Position } from "../../../ports/store.ts";
import { integer } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const readPosition = defineStatement({
  file: new URL("./read-position.sql", import.meta.url),
  encode: (partition: number) => [partition],
  decode: ([row]): Position =>
    row === undefined
      ? { next: 0, barrierEpoch: 0 }
      : { next: integer(row, "next_offset"), barrierEpoch: integer(row, "barrier_epoch") },
});
