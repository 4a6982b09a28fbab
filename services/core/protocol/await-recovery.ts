import type { Clock } from "../domain/lead/clock.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log, RecoveryStart, Topic } from "../ports/log.ts";

export interface AwaitRecoveryDeps {
  readonly ledger: Pick<Ledger, "readyEpoch" | "open">;
  readonly log: Pick<Log, "control">;
  /** Tenants that need a ledger even before their first lead. */
  readonly tenantIds: () => readonly string[];
  readonly clock: Clock;
  /** Names the process in the control topic, for the person who reads it. */
  readonly startedBy: string;
  readonly wait: (ms: number) => Promise<void>;
  /**
   * How long a recovery that somebody else began is waited for before it is taken over, beside the time for its records. 0
   * where nobody else can be: then whoever began it is dead.
   */
  readonly patienceMs: number;
}

const POLL_MS = 200;
/** Folding and seeding take about a third of this (bench/results/recovery-1m.json); one that takes longer has stopped. */
const PATIENCE_PER_RECORD_MS = 0.05;

/**
 * Gives a recovery that is under way the time to end: another one beside it would only void what that one has done, and
 * so on for ever.
 *
 * @param over the newest epoch whose recovery is known to be over, be it that it was seen ready or that it ended here; if
 *   another one was under way since, the control topic has moved on
 * @param onWaiting told once of each epoch that is waited for
 * @returns the epoch that is ready, or null if a recovery is due
 */
export async function awaitRecovery(
  deps: AwaitRecoveryDeps,
  over: number,
  onWaiting: (epoch: number) => void,
): Promise<number | null> {
  const { ledger, log, tenantIds, wait, startedBy, patienceMs } = deps;
  // Counted by what was waited too: by a clock that is an hour behind the log's, or is set back meanwhile, no recovery
  // would ever be overdue.
  let newest = { end: 0, waitedMs: 0, readyTenants: 0 };
  let told = 0;
  let leftTo: number | null = null;
  for (;;) {
    const end = await log.control.endOffset(0);
    if (end !== newest.end) newest = { end, waitedMs: 0, readyTenants: 0 };
    const known = tenantIds();
    if (end > 0 && (await ledger.readyEpoch(known)) === end) return end;
    const readyTenants = await countReady(ledger, known, end);
    if (readyTenants > 0 && readyTenants === known.length) return end;
    if (patienceMs === 0 || leftTo === end) return null;
    const isUnderWay =
      readyTenants > 0 ? readyTenants > newest.readyTenants : end !== over && !(await isOverdue(deps, newest));
    newest.readyTenants = readyTenants;
    if (!isUnderWay) {
      // All who were fenced come here at once; who has the first turn begins, and the others see it.
      await wait(turnMs(startedBy));
      leftTo = end;
      continue;
    }
    if (told !== end) onWaiting(end);
    told = end;
    await wait(POLL_MS);
    newest.waitedMs += POLL_MS;
  }
}

/**
 * How many tenants have the ledger of the epoch; those who are new since it began are opened. It is activated tenant by
 * tenant: as long as they become more, somebody is at it; after that, it died over them, or the ledger was lost again in
 * part, and the first tenant that can't be opened says so for all.
 */
async function countReady(
  ledger: AwaitRecoveryDeps["ledger"],
  tenantIds: readonly string[],
  epoch: number,
): Promise<number> {
  let ready = 0;
  let mayOpen = epoch > 0;
  for (const tenantId of tenantIds) {
    const isReady = (await ledger.readyEpoch([tenantId])) === epoch;
    if (!isReady && mayOpen) mayOpen = (await ledger.open(tenantId, epoch)) === "opened";
    if (isReady || mayOpen) ready += 1;
  }
  return ready;
}

async function isOverdue(
  { log, clock, patienceMs }: AwaitRecoveryDeps,
  { end, waitedMs }: { readonly end: number; readonly waitedMs: number },
): Promise<boolean> {
  const start = await readStart(log.control, end);
  if (start === null) return true;
  const enoughMs = patienceMs + start.records * PATIENCE_PER_RECORD_MS;
  return Math.max(clock() - start.appendedAtMs, waitedMs) >= enoughMs;
}

/** Of the newest recovery; null if there was none. */
async function readStart(
  control: Topic<RecoveryStart>,
  end: number,
): Promise<{ readonly appendedAtMs: number; readonly records: number } | null> {
  for await (const entries of control.readRange(0, Math.max(0, end - 1), end)) {
    const last = entries.at(-1);
    if (last === undefined) continue;
    return { appendedAtMs: last.appendedAtMs, records: last.kind === "value" ? last.value.records : 0 };
  }
  return null;
}

const TURNS = 16;
const TURN_MS = 25;

/** A time to wait that differs from process to process. */
function turnMs(startedBy: string): number {
  let turn = 0;
  for (let index = 0; index < startedBy.length; index++) turn = (turn * 31 + startedBy.charCodeAt(index)) % TURNS;
  return turn * TURN_MS;
}
