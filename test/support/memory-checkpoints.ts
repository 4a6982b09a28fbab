import type { Checkpoints } from "../../services/core/ports/checkpoints.ts";
import { decodeCheckpoint, decodeCheckpointHead, encodeCheckpoint } from "../../services/core/wire/checkpoint-codec.ts";

/** Keeps the bytes of the last checkpoint, so that nothing is shared with the fold that was saved. */
export function memoryCheckpoints(): Checkpoints {
  let chunks: readonly Uint8Array[] = [];
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  return {
    head: async () => (chunks[0] === undefined ? null : decodeCheckpointHead(chunks[0])),
    newest: () => decodeCheckpoint(all()),
    async save(fold) {
      chunks = [...encodeCheckpoint(fold)];
    },
  };
}
