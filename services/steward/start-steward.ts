import type { LogRecord } from "../core/domain/decision/log-record.ts";
import type { Batch, Log } from "../core/ports/log.ts";
import type { RetryWaiting } from "./retry-waiting.ts";

export interface Steward {
  close(): Promise<void>;
}

export interface StewardDeps {
  readonly log: Pick<Log, "decisions">;
  readonly retryWaiting: RetryWaiting;
  /** Told a record's bytes. A decision frees nothing, and is not read. */
  readonly isDecision: (bytes: Uint8Array) => boolean;
  /** Pause between two sweeps. */
  readonly sweepEveryMs: number;
  readonly onFault: (error: unknown) => void;
}

/** Follows the log for freed capacity and sweeps the waiting leads at once when there is some, else on the clock. */
export async function startSteward({
  log,
  retryWaiting,
  isDecision,
  sweepEveryMs,
  onFault,
}: StewardDeps): Promise<Steward> {
  const stopping = new AbortController();
  let wake = nobodyWaits;

  const reader = await log.decisions.consume({
    group: "fairlead.steward",
    wants: (bytes) => !isDecision(bytes),
    handle(batch) {
      if (noteFreed(batch, retryWaiting)) wake();
      return Promise.resolve({ kind: "commit" });
    },
  });

  async function sweepForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      await retryWaiting.sweep().catch(onFault);
      if (stopping.signal.aborted) return;
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

/** Frees a slot, sends a lead back to the router, or changes who may take what. */
const WAKES: ReadonlySet<LogRecord["type"]> = new Set(["release", "closure", "reopening", "plan_published"]);

const nobodyWaits = (): void => undefined;

function noteFreed({ entries }: Batch<LogRecord>, retryWaiting: RetryWaiting): boolean {
  const slots = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== "value") continue;
    const record = entry.value;
    if (WAKES.has(record.type) && "tenantId" in record) {
      slots.set(record.tenantId, (slots.get(record.tenantId) ?? 0) + 1);
    }
  }
  for (const [tenantId, count] of slots) retryWaiting.freed(tenantId, count);
  return slots.size > 0;
}
