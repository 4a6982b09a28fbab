import { ledgerChange } from "../../../services/core/domain/ledger/ledger-change.ts";
import type { LogRecord } from "../../../services/core/domain/decision/log-record.ts";
import type { Ledger } from "../../../services/core/ports/ledger.ts";
import type { Log, Topic } from "../../../services/core/ports/log.ts";
import { TENANT } from "./plans.ts";
import type { RedisMutations } from "./redis-server.ts";
import type { StoreMutations } from "./store-server.ts";

/** Guards of the protocol that a simulation may leave out. The product's own code is never touched for it. */
export interface Mutations extends RedisMutations, StoreMutations {
  /** S5: the second look at the control topic always says what the first one said. */
  readonly noFenceRead?: boolean;
  /** V1: nobody gets to see a barrier. */
  readonly noBarrierRule?: boolean;
  /** The desk frees a slot in Redis before the release is in the log. */
  readonly redisFirst?: boolean;
  /** The broker accepts commits of members whose generation has ended. */
  readonly acceptsStaleCommits?: boolean;
  /** The time in a decision is the broker's, not the one that it was made by. */
  readonly stampsAtBroker?: boolean;
}

interface Ports {
  readonly ledger: Ledger;
  readonly log: Pick<Log, "decisions" | "control">;
}

/** Ports for one run of `commitDecisions`: its second look at the end of the control topic repeats the first. */
export function withoutFenceRead({ ledger, log }: Ports): Ports {
  let first: number | null = null;
  const control: Log["control"] = {
    ...log.control,
    async endOffset(partition) {
      first ??= await log.control.endOffset(partition);
      return first;
    },
  };
  return { ledger, log: { ...log, control } };
}

/** The decision log of a desk that tells Redis of releases and closures first. */
export function withoutLogFirst({ ledger, log }: Ports): Topic<LogRecord> {
  return {
    ...log.decisions,
    async append(partition, records) {
      const changes = records.map(ledgerChange).filter((change) => change !== null);
      if (changes.length > 0) await ledger.apply(TENANT, changes, 0);
      return log.decisions.append(partition, records);
    },
  };
}

/** A log that puts its own time into decisions. */
export function stamped(record: LogRecord, atMs: number): LogRecord {
  return record.type === "decision" ? { ...record, atMs } : record;
}

/** A log in which no barrier voids anything. */
export function withoutBarrier(record: LogRecord): LogRecord {
  return record.type === "barrier" ? { type: "barrier", epoch: 0 } : record;
}
