import type { ProjectionBatch } from "../../../ports/store.ts";
import { defineStatement } from "../statement.ts";

/** True if the projection stood where the batch begins. */
export const advancePosition = defineStatement({
  file: new URL("./advance-position.sql", import.meta.url),
  encode: ({ partition, expectedNext, position }: Pick<ProjectionBatch, "partition" | "expectedNext" | "position">) => [
    partition,
    expectedNext,
    position.next,
    position.barrierEpoch,
  ],
  decode: (rows): boolean => rows.length === 1,
});
