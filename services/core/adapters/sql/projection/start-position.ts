import type { ProjectionBatch } from "../../../ports/store.ts";
import { defineStatement } from "../statement.ts";

/** True if the partition had no position yet. */
export const startPosition = defineStatement({
  file: new URL("./start-position.sql", import.meta.url),
  encode: ({ partition, position }: Pick<ProjectionBatch, "partition" | "position">) => [
    partition,
    position.next,
    position.barrierEpoch,
  ],
  decode: (rows): boolean => rows.length === 1,
});
