import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { logUnavailable } from "./log-faults.ts";
import { syncDirectory } from "./sync-directory.ts";

/*
 * Committed positions of one group, appended: u32 partition, u48 offset, u32 crc32, little endian; the last one of a
 * partition counts. Commits are not fsynced: one that a power failure takes away only means that a batch is delivered
 * again. What is torn is at the end, and is dropped with what follows it.
 */
const ENTRY_BYTES = 14;
const REWRITE_AT_BYTES = 1024 * 1024;

export interface GroupOffsets {
  /** The first offset that is not committed. */
  committed(partition: number): number;
  commit(partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}

export async function openGroupOffsets(file: string): Promise<GroupOffsets> {
  const offsets = decodeEntries(await readIfPresent(file));
  let handle = await rewrite(file, offsets);
  let position = offsets.size * ENTRY_BYTES;
  const pending = new Map<number, number>();
  let writing: Promise<void> | undefined;

  async function writePending(): Promise<void> {
    // Commits of one turn share a write.
    await Promise.resolve();
    try {
      if (position >= REWRITE_AT_BYTES) {
        const full = handle;
        handle = await rewrite(file, offsets);
        await full.close();
        position = offsets.size * ENTRY_BYTES;
      }
      const entries = encodeEntries(pending);
      pending.clear();
      // At a fixed position, so that the rest of a failed write is overwritten by the next.
      const { bytesWritten } = await handle.write(entries, 0, entries.byteLength, position);
      if (bytesWritten < entries.byteLength) throw new Error("The disk took only a part of the commit.");
      position += bytesWritten;
    } catch (cause) {
      throw logUnavailable("A commit could not be stored; its batch may be delivered again after a restart.", cause);
    } finally {
      writing = undefined;
    }
  }

  return {
    committed: (partition) => offsets.get(partition) ?? 0,
    async commit(partition, offset) {
      offsets.set(partition, offset);
      pending.set(partition, offset);
      // A write under way may have taken its entries already; then the next one has ours.
      await writing?.catch(() => undefined);
      if (pending.size > 0) await (writing ??= writePending());
    },
    async close() {
      await writing?.catch(() => undefined);
      await handle.datasync();
      await handle.close();
    },
  };
}

/** What a group has committed, without joining it. */
export async function readCommitted(file: string): Promise<GroupOffsets["committed"]> {
  const offsets = decodeEntries(await readIfPresent(file));
  return (partition) => offsets.get(partition) ?? 0;
}

function encodeEntries(offsets: ReadonlyMap<number, number>): Buffer {
  const buffer = Buffer.alloc(offsets.size * ENTRY_BYTES);
  let at = 0;
  for (const [partition, offset] of offsets) {
    buffer.writeUInt32LE(partition, at);
    buffer.writeUIntLE(offset, at + 4, 6);
    buffer.writeUInt32LE(crc32(buffer.subarray(at, at + 10)), at + 10);
    at += ENTRY_BYTES;
  }
  return buffer;
}

function decodeEntries(buffer: Buffer): Map<number, number> {
  const offsets = new Map<number, number>();
  for (let at = 0; at + ENTRY_BYTES <= buffer.byteLength; at += ENTRY_BYTES) {
    if (crc32(buffer.subarray(at, at + 10)) !== buffer.readUInt32LE(at + 10)) break;
    offsets.set(buffer.readUInt32LE(at), buffer.readUIntLE(at + 4, 6));
  }
  return offsets;
}

/** Replaces the file in one step by one entry a partition. */
async function rewrite(file: string, offsets: ReadonlyMap<number, number>): Promise<FileHandle> {
  const draft = `${file}.draft`;
  const handle = await open(draft, "w+");
  await handle.writeFile(encodeEntries(offsets));
  await handle.datasync();
  await rename(draft, file);
  await syncDirectory(dirname(file));
  return handle;
}

async function readIfPresent(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
