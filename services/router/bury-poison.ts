import type { Clock } from "../core/domain/lead/clock.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { DeadLetter, Entry, Log, PoisonEntry } from "../core/ports/log.ts";
import type { RouterEvents } from "./router-events.ts";

/** An entry of the leads topic that can never be routed, and why. */
export interface Unroutable
  extends Pick<Entry<LeadRequest>, "offset" | "key" | "bytes">, Pick<PoisonEntry, "code" | "at"> {
  /** How often it was tried; 1 unless said otherwise. */
  readonly attempts?: number;
}

export type BuryPoison = (partition: number, entries: readonly Unroutable[]) => Promise<void>;

export interface BuryPoisonDeps {
  readonly log: Pick<Log, "deadLetters" | "leads">;
  readonly clock: Clock;
  readonly events: Pick<RouterEvents, "onBuried">;
}

/**
 * Moves records that can never be decided to the dead-letter topic, with their original bytes, before their offset is
 * committed. A crash in between only repeats the same dead-letter id.
 */
export function createBuryPoison({ log, clock, events }: BuryPoisonDeps): BuryPoison {
  return async function buryPoison(partition, entries) {
    if (entries.length === 0) return;
    const letters = entries.map((entry): DeadLetter => ({
      deadLetterId: `${log.leads.name}-${partition}-${entry.offset}`,
      key: entry.key,
      bytes: entry.bytes,
      topic: log.leads.name,
      partition,
      offset: entry.offset,
      code: entry.code,
      at: entry.at,
      attempts: entry.attempts ?? 1,
      firstSeenMs: clock(),
    }));
    await log.deadLetters.append(partition % log.deadLetters.partitionCount, letters);
    for (const { code } of letters) events.onBuried(code);
  };
}
