import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { Attempts } from "../core/ports/attempts.ts";
import type { Batch, BatchVerdict, Entry } from "../core/ports/log.ts";

export interface SuspectModeDeps {
  readonly attempts: Attempts;
  readonly routeLeads: (batch: Batch<LeadRequest>) => Promise<BatchVerdict>;
  /** Does nothing if the ledger is ready. */
  readonly recoverLedger: () => Promise<void>;
  /** Gives up a record that has killed before. False if it has to be tried again later. */
  readonly buryKiller: (partition: number, entry: Entry<LeadRequest>, attempts: number) => Promise<boolean>;
}

/** At this attempt a record is buried instead of being tried. */
const BURIED_AT = 3;
const COMMIT: BatchVerdict = { kind: "commit" };
const LATER: BatchVerdict = { kind: "retry", afterMs: 50 };

/**
 * Gets a partition past a record that kills the process, by memory or by an endless loop: nothing can catch that, and
 * every restart would die of the same record.
 *
 * The first batch of a partition is counted before it is routed, and so is one that does not follow the last: others
 * had the partition meanwhile. If a process has begun it and not ended it, its records are routed one by one, each
 * counted before it is touched, until the killer is known by its count. In all other cases the price is that one count.
 */
export function createSuspectMode({ attempts, routeLeads, recoverLedger, buryKiller }: SuspectModeDeps) {
  /** Behind the last batch that this process has survived, by partition. */
  const survivedTo = new Map<number, number>();
  let lastTurn: Promise<unknown> = Promise.resolve();

  return async function routeCarefully(batch: Batch<LeadRequest>): Promise<BatchVerdict> {
    const { partition, entries } = batch;
    const first = entries[0]?.offset;
    const verdict = await (survivedTo.get(partition) === first ? routeLeads(batch) : routeSuspect(batch));
    const last = entries.at(-1);
    if (verdict.kind === "commit" && last !== undefined) survivedTo.set(partition, last.offset + 1);
    return verdict;
  };

  async function routeSuspect(batch: Batch<LeadRequest>): Promise<BatchVerdict> {
    const work = `batch-${batch.partition}-${batch.entries[0]?.offset}`;
    const verdict = (await attempts.begin(work)) === 1 ? await routeLeads(batch) : await routeOneByOne(batch);
    if (verdict.kind === "retry") return verdict;
    await attempts.end(work);
    return verdict;
  }

  async function routeOneByOne(batch: Batch<LeadRequest>): Promise<BatchVerdict> {
    const buried: string[] = [];
    for (const entry of batch.entries) {
      const verdict = await alone(() => routeOne(batch, entry, buried));
      if (verdict.kind === "retry") return verdict;
      await batch.heartbeat();
    }
    // Not before: a process that dies of a second killer must find the first one still counted.
    for (const work of buried) await attempts.end(work);
    return COMMIT;
  }

  async function routeOne(
    batch: Batch<LeadRequest>,
    entry: Entry<LeadRequest>,
    buried: string[],
  ): Promise<BatchVerdict> {
    // Another member may count them by now.
    if (!batch.stillOwned()) return LATER;
    // Not while it is counted: what a process dies of in a recovery is not the record's doing.
    await recoverLedger();
    const work = `record-${batch.partition}-${entry.offset}`;
    const attempt = await attempts.begin(work);
    if (attempt < BURIED_AT) return routeLeads({ ...batch, entries: [entry] }).finally(() => attempts.end(work));
    if (!(await buryKiller(batch.partition, entry, attempt))) return LATER;
    buried.push(work);
    return COMMIT;
  }

  /** One record in the whole process: what is counted beside a killer of another partition would share its guilt. */
  function alone(route: () => Promise<BatchVerdict>): Promise<BatchVerdict> {
    const routing = lastTurn.then(route);
    lastTurn = routing.catch(() => undefined);
    return routing;
  }
}
