import type { LeadRequest } from "../domain/lead/lead.ts";
import type { LogRecord } from "../domain/decision/log-record.ts";

/** One record of a topic partition. Offsets start at 0 and only grow; they may have gaps. */
export type Entry<T> = {
  readonly offset: number;
  /** Log append time, ms since epoch. */
  readonly appendedAtMs: number;
  readonly key: Uint8Array | null;
  /** The record as it was written, for the dead-letter topic. Copy what outlives the batch. */
  readonly bytes: Uint8Array;
} & ({ readonly kind: "value"; readonly value: T } | PoisonEntry);

/** A record that can never be decoded. */
export interface PoisonEntry {
  readonly kind: "poison";
  /** Stable code, as `RECORD_UNDECODABLE` or `LEAD_INVALID`; `at` names the field, never its value. */
  readonly code: string;
  readonly at: string;
}

/**
 * A durable, partitioned, append-only topic of one kind of record.
 *
 * Contract (test/contract/topic.contract.ts):
 * - `append` resolves once the records are durable, in one piece: all of them or none, in order, adjacent.
 * - An append to a partition that does not exist is a `LOG_UNAVAILABLE` fault, never silence.
 * - `endOffset` never goes back, and includes every append acknowledged before it was asked.
 * - A reader sees exactly the records below the end, in order, whatever was torn by a crash.
 * - Faults are retriable `LOG_UNAVAILABLE`; the append's fate is then unknown.
 */
export interface Topic<T> {
  readonly name: string;
  readonly partitionCount: number;
  /** Resolves to the offset of the first record. `values` is not empty. */
  append(partition: number, values: readonly T[]): Promise<number>;
  /** The offset the next record will get. */
  endOffset(partition: number): Promise<number>;
  /** Reads `[fromOffset, toOffset)` in batches of bounded size. */
  readRange(partition: number, fromOffset: number, toOffset: number): AsyncIterable<readonly Entry<T>[]>;
}

export interface Batch<T> {
  readonly partition: number;
  /** In offset order, 1…500 of them. */
  readonly entries: readonly Entry<T>[];
  /** Where the partition ended when the batch was read. */
  readonly endOffset: number;
  /** True while this member owns the partition; ask before a step that another owner would repeat. */
  stillOwned(): boolean;
  /** Call between long steps, so that the group does not take us for dead. */
  heartbeat(): Promise<void>;
}

/** `commit`: done with the batch, never see it again. `retry`: nothing is committed, deliver the same again later. */
export type BatchVerdict = { readonly kind: "commit" } | { readonly kind: "retry"; readonly afterMs: number };

/**
 * Consumption of a topic by the members of a group, at least once, in offset order within a partition.
 *
 * Contract (test/contract/group.contract.ts):
 * - Every record from the first on reaches `handle` until a batch with it is committed.
 * - Batches of one partition never overlap in time within one member; different partitions may.
 * - The offset is stored only after `commit`, and only by the member that still owns the partition.
 * - `handle` should not throw; a throw is treated as `retry` after 1 s and counted.
 * - `close` waits for batches in flight, at most 5 s, then leaves the group.
 */
export interface GroupReader {
  close(): Promise<void>;
}

/** Whether a reader still hears of its log. One whose log is in the same process needs no asking, and tells nothing. */
export interface LinkEvents {
  /** The log has answered, with records or without; or an answer is due from now on. */
  onAnswer(): void;
  /** The reader asks no more: other members have all partitions, or it is closed. */
  onUnasked(): void;
}

export interface ConsumeOptions<T> {
  readonly group: string;
  /**
   * Told the bytes of each record. Those it refuses are neither decoded nor delivered, and are committed with what stands
   * around them. By default all are delivered.
   */
  readonly wants?: ((bytes: Uint8Array) => boolean) | undefined;
  /**
   * The reader knows by itself what it has seen, or may see it again without harm. The group's offset is then a hint, which
   * may be stored up to a second late. Default false: with each batch.
   */
  readonly keepsPlace?: boolean | undefined;
  /**
   * Told how many records a delivery had: the shortest time from its beginning to the next one of its partition, ms. What comes
   * meanwhile is delivered together. By default there is none.
   */
  readonly gatherMs?: ((records: number) => number) | undefined;
  readonly link?: LinkEvents | undefined;
  readonly handle: (batch: Batch<T>) => Promise<BatchVerdict>;
}

export interface ConsumableTopic<T> extends Topic<T> {
  consume(options: ConsumeOptions<T>): Promise<GroupReader>;
  /** By partition, the offset from which a group goes on, whether or not it has members now; 0 if it never committed. */
  committedOffsets(group: string): Promise<readonly number[]>;
}

/** A record that was given up, with its original bytes, for the dead-letter topic. */
export interface DeadLetter {
  /** `<topic>-<partition>-<offset>`: a crash between append and commit only repeats the same id. */
  readonly deadLetterId: string;
  readonly key: Uint8Array | null;
  readonly bytes: Uint8Array;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly at: string;
  readonly attempts: number;
  readonly firstSeenMs: number;
}

/** A recovery began; its epoch is this record's offset + 1 (R1). */
export interface RecoveryStart {
  readonly atMs: number;
  readonly startedBy: string;
  /** Leads and records that it has to fold: how long others wait for it before they take it for dead. */
  readonly records: number;
}

/** What an operator did beside the doors. Kept for ever. */
export interface AuditRecord {
  readonly atMs: number;
  /** The person, as far as the operating system or the person itself told. */
  readonly actor: string;
  readonly action: "dlq_replay_begun" | "dlq_replay_done" | (string & {});
  /** Ids of what it was done to. */
  readonly subjects: readonly string[];
}

/** A record to be written once more, byte for byte. */
export interface RecordCopy {
  readonly key: Uint8Array | null;
  readonly bytes: Uint8Array;
  /** Where it was first: goes into the header `replay-of`, where the log has headers. */
  readonly replayOf: string;
}

/** Takes records as they are, decodable or not. The promises of `Topic.append` hold. */
export interface CopyTarget {
  /** Resolves to its offset. */
  appendCopy(partition: number, copy: RecordCopy): Promise<number>;
}

/** Group of those who decide the leads; what it has committed is decided. */
export const ROUTER_GROUP = "fairlead.router";

/** All topics of one installation. */
export interface Log {
  readonly leads: ConsumableTopic<LeadRequest>;
  /** The same topic, for records that come once more. */
  readonly leadCopies: CopyTarget;
  readonly decisions: ConsumableTopic<LogRecord>;
  readonly control: Topic<RecoveryStart>;
  readonly deadLetters: Topic<DeadLetter>;
  readonly audit: Topic<AuditRecord>;
  close(): Promise<void>;
}
