import type { Checkpoints } from "../../ports/checkpoints.ts";
import { decodeCheckpoint, decodeCheckpointHead, encodeCheckpoint } from "../../wire/checkpoint-codec.ts";
import { dropCheckpoints, insertChunk, readChunk } from "./checkpoints/chunks.ts";
import { newestCheckpoint } from "./checkpoints/newest-checkpoint.ts";
import { nextCheckpoint } from "./checkpoints/next-checkpoint.ts";
import type { SqlRunner, SqlSession } from "./session.ts";

/** Checkpoints in PostgreSQL: chunk by chunk, each checkpoint in one transaction. */
export function createCheckpoints(session: SqlSession): Checkpoints {
  return {
    async head() {
      const checkpointId = await newestCheckpoint(session, undefined);
      const chunk = checkpointId === null ? null : await readChunk(session, { checkpointId, part: 0 });
      return chunk === null ? null : decodeCheckpointHead(chunk);
    },
    async newest() {
      const checkpointId = await newestCheckpoint(session, undefined);
      return checkpointId === null ? null : decodeCheckpoint(readChunks(session, checkpointId));
    },
    save: (fold) =>
      session.transaction(async (transaction) => {
        const before = await newestCheckpoint(transaction, undefined);
        const checkpointId = await nextCheckpoint(transaction, undefined);
        let part = 0;
        for (const chunk of encodeCheckpoint(fold))
          await insertChunk(transaction, { checkpointId, part: part++, chunk });
        if (before !== null) await dropCheckpoints(transaction, { before });
      }),
  };
}

/** Asks for the next chunk before the last one is taken, so that server and decoder work at once. */
async function* readChunks(runner: SqlRunner, checkpointId: number): AsyncGenerator<Uint8Array> {
  let next = readChunk(runner, { checkpointId, part: 0 });
  for (let part = 1; ; part++) {
    const chunk = await next;
    if (chunk === null) return;
    next = readChunk(runner, { checkpointId, part });
    // Awaited in the next round, or by nobody if the reader gives up.
    next.catch(() => undefined);
    yield chunk;
  }
}
