import type { LogRecord } from "../core/domain/decision/log-record.ts";
import type { Batch, Log } from "../core/ports/log.ts";
import { awaitProjected, type AwaitProjectedDeps } from "../core/protocol/await-projected.ts";
import type { RetryWaiting } from "./retry-waiting.ts";

export interface Steward {
  close(): Promise<void>;
}

export interface StewardDeps extends AwaitProjectedDeps {
  readonly log: Pick<Log, "decisions">;
  readonly retryWaiting: RetryWaiting;
  /** Told a record's bytes. A decision frees nothing, and is not read. */
  readonly isDecision: (bytes: Uint8Array) => boolean;
  /** Pause between two sweeps. */
  readonly sweepEveryMs: number;
  readonly onFault: (error: unknown) => void;
}

/** As the applier: before that has given a slot back, nobody finds it. Each delivery passes over nearly all that it brings. */
const GATHER_MS = 100;

/** Follows the log for freed capacity and sweeps the waiting leads at once when there is some, else on the clock. */
export async function startSteward(deps: StewardDeps): Promise<Steward> {
  const { log, retryWaiting, isDecision, sweepEveryMs, onFault } = deps;
  const stopping = new AbortController();
  let news = noNews();
  let wake = nobodyWaits;

  const reader = await log.decisions.consume({
    group: "fairlead.steward",
    wants: (bytes) => !isDecision(bytes),
    gatherMs: () => GATHER_MS,
    handle(batch) {
      if (noteFreed(news, batch)) wake();
      return Promise.resolve({ kind: "commit" });
    },
  });

  /** Leads are looked for in the store, which must have read what freed them. */
  async function sweep(): Promise<void> {
    const { slots, lastOffsets } = news;
    news = noNews();
    for (const [tenantId, count] of slots) retryWaiting.freed(tenantId, count);
    for (const [partition, offset] of lastOffsets) await awaitProjected(deps, { partition, offset });
    await retryWaiting.sweep();
  }

  async function sweepForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sweep().catch(onFault);
      if (stopping.signal.aborted) return;
      if (news.slots.size > 0) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, sweepEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const sweeping = sweepForever();
  return {
    async close() {
      stopping.abort();
      wake();
      await reader.close();
      await sweeping;
    },
  };
}

/** What the log has told since the last sweep. */
interface News {
  /** Freed, by tenant. */
  readonly slots: Map<string, number>;
  /** Of the records that said so, the last of each partition. */
  readonly lastOffsets: Map<number, number>;
}

const noNews = (): News => ({ slots: new Map(), lastOffsets: new Map() });

/** Frees a slot, sends a lead back to the router, or changes who may take what. */
const WAKES: ReadonlySet<LogRecord["type"]> = new Set(["release", "closure", "reopening", "plan_published"]);

const nobodyWaits = (): void => undefined;

/** False if the batch frees nothing. */
function noteFreed({ slots, lastOffsets }: News, { partition, entries }: Batch<LogRecord>): boolean {
  let isNews = false;
  for (const entry of entries) {
    if (entry.kind !== "value") continue;
    const record = entry.value;
    if (!WAKES.has(record.type) || !("tenantId" in record)) continue;
    slots.set(record.tenantId, (slots.get(record.tenantId) ?? 0) + 1);
    lastOffsets.set(partition, entry.offset);
    isNews = true;
  }
  return isNews;
}
