import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { BatchVerdict, ConsumeOptions, Entry, GroupReader } from "../../../ports/log.ts";
import type { OffsetRange } from "./offset-range.ts";
import { type GroupOffsets, openGroupOffsets } from "./group-offsets.ts";
import type { Partition } from "./partition.ts";
import type { Piece } from "./read-pieces.ts";

const RETRY_AFTER_FAULT_MS = 1000;
const CLOSE_WITHIN_MS = 5000;

type DeliveredPartition = Pick<Partition, "endOffset" | "onceGrown">;

export interface GroupReaderOptions<T> extends Pick<ConsumeOptions<T>, "gatherMs" | "handle"> {
  /** Where the group's positions are kept. */
  readonly file: string;
  readonly partitions: readonly DeliveredPartition[];
  readonly read: (partition: number, range: OffsetRange) => AsyncIterable<Piece<T>>;
  readonly onFault: (error: unknown) => void;
  readonly onClosed: () => void;
}

export interface FileGroupReader extends GroupReader {
  /** The first offset of a partition that is not committed. */
  committed(partition: number): number;
}

/** Delivers each partition in a loop of its own: one batch after the other, woken up by the append. */
export async function openGroupReader<T>(options: GroupReaderOptions<T>): Promise<FileGroupReader> {
  const { partitions, gatherMs = () => 0 } = options;
  const offsets = await openGroupOffsets(options.file);
  const stopping = new AbortController();
  const sleeping = new Map<number, () => void>();
  let isAbandoned = false;
  let closed: Promise<void> | undefined;
  const deliver = createDelivery(options, { offsets, stopping: stopping.signal, isAbandoned: () => isAbandoned });

  async function run(index: number, partition: DeliveredPartition): Promise<void> {
    while (!stopping.signal.aborted) {
      const toOffset = partition.endOffset();
      // A log whose end was cut may end before the commit: what is appended there next is new.
      const fromOffset = Math.min(offsets.committed(index), toOffset);
      if (fromOffset < toOffset) {
        const startedMs = performance.now();
        await deliver(index, { fromOffset, toOffset });
        const leftMs = startedMs + gatherMs(toOffset - fromOffset) - performance.now();
        if (leftMs > 0) await pause(leftMs, stopping.signal);
        continue;
      }
      await new Promise<void>((resolve) => {
        sleeping.set(index, resolve);
        partition.onceGrown(resolve);
      });
    }
  }

  const loops = Promise.all(partitions.map((partition, index) => run(index, partition)));

  async function close(): Promise<void> {
    stopping.abort();
    for (const wakeUp of sleeping.values()) wakeUp();
    const timeout = new AbortController();
    await Promise.race([loops, pause(CLOSE_WITHIN_MS, timeout.signal)]);
    timeout.abort();
    isAbandoned = true;
    await offsets.close();
    options.onClosed();
  }

  return { close: () => (closed ??= close()), committed: (partition) => offsets.committed(partition) };
}

interface DeliveryState {
  readonly offsets: GroupOffsets;
  readonly stopping: AbortSignal;
  readonly isAbandoned: () => boolean;
}

/** Never rejects: what goes wrong is told to `onFault` and tried again after a second. */
function createDelivery<T>(options: GroupReaderOptions<T>, { offsets, stopping, isAbandoned }: DeliveryState) {
  const { partitions, handle, onFault } = options;

  async function judge(partition: number, entries: readonly Entry<T>[]): Promise<BatchVerdict> {
    try {
      // All groups and partitions share a process with those who read: between two batches it hears them.
      await nextTurn();
      const endOffset = partitions[partition]?.endOffset() ?? 0;
      const stillOwned = () => !isAbandoned();
      return await handle({ partition, entries, endOffset, stillOwned, heartbeat: () => Promise.resolve() });
    } catch (error) {
      onFault(error);
      return { kind: "retry", afterMs: RETRY_AFTER_FAULT_MS };
    }
  }

  /** A commit that could not be stored still counts in this process; a restart repeats the batch. */
  async function commit(partition: number, nextOffset: number): Promise<void> {
    if (isAbandoned()) return;
    try {
      await offsets.commit(partition, nextOffset);
    } catch (error) {
      onFault(error);
    }
  }

  async function deliverPiece(partition: number, { entries, nextOffset }: Piece<T>): Promise<void> {
    if (entries.length === 0) return commit(partition, nextOffset);
    while (!stopping.aborted) {
      const verdict = await judge(partition, entries);
      if (verdict.kind === "commit") return commit(partition, nextOffset);
      await pause(verdict.afterMs, stopping);
    }
  }

  return async function deliver(partition: number, range: OffsetRange): Promise<void> {
    try {
      for await (const piece of options.read(partition, range)) {
        await deliverPiece(partition, piece);
        if (stopping.aborted) return;
      }
    } catch (error) {
      onFault(error);
      await pause(RETRY_AFTER_FAULT_MS, stopping);
    }
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
