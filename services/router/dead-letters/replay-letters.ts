import type { Clock } from "../../core/domain/lead/clock.ts";
import type { DeadLetter, Log } from "../../core/ports/log.ts";

export interface ReplayLettersDeps {
  readonly log: Pick<Log, "leadCopies" | "audit">;
  /** Who does it, for the audit. */
  readonly actor: string;
  readonly ratePerSecond: number;
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
}

/** At most this many go between two records of the audit. */
const MOST_AT_ONCE = 100;

/**
 * Puts dead letters back into the partition of the leads topic that they came from, byte for byte. The audit says so
 * before and after: what was begun and not done may or may not be there, and may be replayed again, since a lead that is
 * decided is not decided twice.
 *
 * @throws Fault LOG_UNAVAILABLE; what is done by then stays done, and is in the audit
 */
export async function replayLetters(deps: ReplayLettersDeps, letters: readonly DeadLetter[]): Promise<void> {
  const { log, actor, ratePerSecond, clock, wait } = deps;
  const chunkSize = Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(ratePerSecond)));
  for (let start = 0; start < letters.length; start += chunkSize) {
    const chunk = letters.slice(start, start + chunkSize);
    const subjects = chunk.map(({ deadLetterId }) => deadLetterId);
    await log.audit.append(0, [{ atMs: clock(), actor, action: "dlq_replay_begun", subjects }]);
    for (const { partition, key, bytes, deadLetterId } of chunk) {
      await log.leadCopies.appendCopy(partition, { key, bytes, replayOf: deadLetterId });
    }
    await log.audit.append(0, [{ atMs: clock(), actor, action: "dlq_replay_done", subjects }]);
    if (start + chunkSize < letters.length) await wait((chunk.length / ratePerSecond) * 1000);
  }
}
