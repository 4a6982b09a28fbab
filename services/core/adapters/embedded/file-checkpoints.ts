import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { Checkpoints } from "../../ports/checkpoints.ts";
import { decodeCheckpoint, decodeCheckpointHead, encodeCheckpoint } from "../../wire/checkpoint-codec.ts";
import { syncDirectory } from "./log/sync-directory.ts";

const LENGTH_BYTES = 4;
const READ_BYTES = 1024 * 1024;
/** No chunk comes near this; a length beyond it is damage. */
const MOST_CHUNK_BYTES = 64 * 1024 * 1024;

/** One file, `<directory>/ledger.checkpoint`: chunks, each behind its length. A new one takes its place in one step. */
export function createFileCheckpoints(directory: string): Checkpoints {
  const file = join(directory, "ledger.checkpoint");
  return {
    async head() {
      for await (const chunk of readChunks(file)) return decodeCheckpointHead(chunk);
      return null;
    },
    newest: () => decodeCheckpoint(readChunks(file)),
    async save(fold) {
      try {
        await mkdir(directory, { recursive: true });
        await writeChunks(`${file}.draft`, encodeCheckpoint(fold));
        await rename(`${file}.draft`, file);
        await syncDirectory(directory);
      } catch (cause) {
        throw new Fault("STORE_UNAVAILABLE", "The checkpoint could not be written", { retriable: true, cause });
      }
    },
  };
}

async function writeChunks(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(file, "w");
  try {
    for (const chunk of chunks) {
      const length = Buffer.allocUnsafe(LENGTH_BYTES);
      length.writeUInt32LE(chunk.byteLength);
      await handle.writev([length, chunk]);
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Ends where the file does or stops to make sense: the codec misses the end then. */
async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  const handle = await openIfPresent(file);
  if (handle === null) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const bytes of handle.createReadStream({ autoClose: false, highWaterMark: READ_BYTES })) {
      rest = rest.byteLength === 0 ? (bytes as Buffer) : Buffer.concat([rest, bytes as Buffer]);
      for (;;) {
        if (rest.byteLength < LENGTH_BYTES) break;
        const end = LENGTH_BYTES + rest.readUInt32LE(0);
        if (end > MOST_CHUNK_BYTES) return;
        if (rest.byteLength < end) break;
        yield rest.subarray(LENGTH_BYTES, end);
        rest = rest.subarray(end);
      }
    }
  } catch (cause) {
    throw new Fault("STORE_UNAVAILABLE", "The checkpoint could not be read", { retriable: true, cause });
  } finally {
    await handle.close();
  }
}

async function openIfPresent(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Fault("STORE_UNAVAILABLE", "The checkpoint could not be read", { retriable: true, cause: error });
  }
}
