import type { Decision, LeadRecord } from "../domain/decision/log-record.ts";
import type { ReserveItem, ReserveResult } from "../domain/ledger/reservation.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Log } from "../ports/log.ts";

export interface CommitDeps {
  readonly ledger: Pick<Ledger, "reserve">;
  readonly log: Pick<Log, "decisions" | "control">;
  /** Partition of the decision log that holds a lead, whatever the partition it came from. */
  readonly partitionOf: (tenantId: string, leadId: string) => number;
}

/** Leads of one tenant that want the outcome of a cycle, in priority order. */
export interface DecisionRequest {
  readonly tenantId: string;
  readonly atMs: number;
  readonly items: readonly ReserveItem[];
  /** What is to be written for the results, one for each item. */
  readonly decide: (results: readonly ReserveResult[], epoch: number) => Promise<readonly ItemRecords[]>;
}

/**
 * The record for an item's result, or null if nothing is to be written: a refusal, or a lead that is past this cycle.
 * A transfer is several records of the one lead, its decision last: they are adjacent in one append, so that no reader
 * ever stops between the release and the decision that follows it.
 */
export type ItemRecords = Decision | readonly LeadRecord[] | null;

/** What became of an item. Its explanation is in the log by then. */
export type Settled =
  | Exclude<ReserveResult, { kind: "decided" }>
  | Pick<Extract<ReserveResult, { kind: "decided" }>, "kind" | "outcome" | "replayed">;

export interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

export type CommitOutcome =
  | {
      readonly kind: "committed";
      /** Results per request, in the order of its items. */
      readonly results: readonly (readonly Settled[])[];
      /** Where the decisions stand in the log; by request and item, null where none was written. */
      readonly positions: readonly (readonly (RecordPosition | null)[])[];
    }
  /**
   * Nothing may be reported and no input offset committed. Repeating the same requests is safe.
   * `ledger_fenced` asks for a recovery; `epoch_moved` means one began meanwhile.
   */
  | { readonly kind: "abandoned"; readonly reason: "ledger_fenced" | "epoch_moved" };

/**
 * Steps S0 and S3 to S5 of the commit protocol, for the router's batches and the desk's single commands alike:
 * note the epoch, reserve, append with all acknowledgements, and read the fence. Only after `committed` may an offset be
 * committed or a caller be answered.
 *
 * Why the fence is airtight: had a barrier been appended before one of our records, its RecoveryStart was acknowledged
 * before that, so before our own acknowledgement, and the end of the control topic asked for afterwards shows it.
 *
 * @throws Fault LEDGER_UNAVAILABLE or LOG_UNAVAILABLE: the outcome is unknown; abandon and repeat.
 */
export function createCommitDecisions({ ledger, log, partitionOf }: CommitDeps) {
  /**
   * As the fence showed it last. To note it again before each commit would make no difference: a process may pause at
   * any time behind that step, so an epoch that is over must be refused by the ledger or the fence anyway.
   */
  let notedEpoch: number | undefined;

  return async function commitDecisions(requests: readonly DecisionRequest[]): Promise<CommitOutcome> {
    if (notedEpoch !== undefined) {
      const outcome = await commit(requests, notedEpoch);
      if (outcome.kind === "committed" || outcome.reason !== "ledger_fenced") return outcome;
    }
    return commit(requests, await log.control.endOffset(0));
  };

  async function commit(requests: readonly DecisionRequest[], epoch: number): Promise<CommitOutcome> {
    const begun = await reserveAndAppend(requests, epoch);
    if (begun === "fenced") return { kind: "abandoned", reason: "ledger_fenced" };
    const positions = await begun.appended;
    notedEpoch = await log.control.endOffset(0);
    if (notedEpoch !== epoch) return { kind: "abandoned", reason: "epoch_moved" };
    return { kind: "committed", results: begun.results, positions };
  }

  /** Keeps neither records nor explanations: until the broker has answered they would be most of what a batch holds. */
  async function reserveAndAppend(requests: readonly DecisionRequest[], epoch: number) {
    const results: (readonly Settled[])[] = [];
    const decided: (readonly ItemRecords[])[] = [];
    for (const { tenantId, atMs, items, decide } of requests) {
      const reply = await ledger.reserve({ tenantId, epoch, atMs, items });
      if (reply.kind === "fenced") return "fenced";
      results.push(reply.results.map(settled));
      decided.push(await decide(reply.results, epoch));
    }
    return { results, appended: append(decided) };
  }

  function append(decided: readonly (readonly ItemRecords[])[]): Promise<(RecordPosition | null)[][]> {
    const positions = decided.map((ofRequest) => ofRequest.map((): RecordPosition | null => null));
    const appends = Array.from(byPartition(decided), ([partition, { records, places }]) =>
      log.decisions.append(partition, records).then((first) => {
        places.forEach(({ request, item }, index) => {
          positions[request]![item] = { partition, offset: first + index };
        });
      }),
    );
    return Promise.all(appends).then(() => positions);
  }

  function byPartition(decided: readonly (readonly ItemRecords[])[]): ReadonlyMap<number, PartitionPart> {
    const parts = new Map<number, PartitionPart>();
    decided.forEach((ofRequest, request) => {
      ofRequest.forEach((ofItem, item) => {
        for (const record of recordsOf(ofItem)) {
          const partition = partitionOf(record.tenantId, record.leadId);
          let part = parts.get(partition);
          if (part === undefined) parts.set(partition, (part = { records: [], places: [] }));
          part.records.push(record);
          part.places.push({ request, item });
        }
      });
    });
    return parts;
  }
}

/** What one partition gets, and whose it is. */
interface PartitionPart {
  readonly records: LeadRecord[];
  readonly places: Place[];
}

interface Place {
  readonly request: number;
  readonly item: number;
}

function settled(result: ReserveResult): Settled {
  if (result.kind !== "decided") return result;
  const { kind, outcome, replayed } = result;
  return { kind, outcome, replayed };
}

function recordsOf(decided: ItemRecords): readonly LeadRecord[] {
  if (decided === null) return [];
  return "type" in decided ? [decided] : decided;
}
