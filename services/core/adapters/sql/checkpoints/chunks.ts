import { text } from "../row.ts";
import { defineStatement } from "../statement.ts";

export interface ChunkPlace {
  readonly checkpointId: number;
  readonly part: number;
}

/** Null behind the last one. */
export const readChunk = defineStatement({
  file: new URL("./read-chunk.sql", import.meta.url),
  encode: ({ checkpointId, part }: ChunkPlace) => [checkpointId, part],
  decode: ([row]): Uint8Array | null => (row === undefined ? null : Buffer.from(text(row, "chunk"), "base64")),
});

export const insertChunk = defineStatement({
  file: new URL("./insert-chunk.sql", import.meta.url),
  encode: ({ checkpointId, part, chunk }: ChunkPlace & { readonly chunk: Uint8Array }) => [
    checkpointId,
    part,
    Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("base64"),
  ],
  decode: () => undefined,
});

export const dropCheckpoints = defineStatement({
  file: new URL("./drop-checkpoints.sql", import.meta.url),
  encode: ({ before }: { readonly before: number }) => [before],
  decode: () => undefined,
});
