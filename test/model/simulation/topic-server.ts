import { Fault } from "../../../services/core/domain/fault.ts";
import type { Entry } from "../../../services/core/ports/log.ts";
import type { Random } from "../random.ts";
import type { SimProcess } from "./scheduler.ts";

/** A batch as its owner knows it: what it says about ownership may be out of date. */
export interface Assignment<T> {
  readonly generation: number;
  readonly partition: number;
  readonly entries: readonly Entry<T>[];
}

interface Group {
  generation: number;
  readonly members: Set<SimProcess>;
  readonly owners: (SimProcess | null)[];
  readonly committed: number[];
  /** Where each partition stood before its last commit. */
  readonly committedBefore: number[];
}

export interface Commit {
  readonly group: string;
  readonly partition: number;
  readonly toOffset: number;
  /** By a member of a generation that has ended. */
  readonly isStale: boolean;
}

export interface TopicOptions<T> {
  readonly name: string;
  readonly partitionCount: number;
  readonly random: Random;
  readonly clock: () => number;
  readonly longestBatch: number;
  /** A mutation: what is stored instead of a record. */
  readonly stored?: (value: T) => T;
  readonly onAppended?: (partition: number, entry: Entry<T>) => void;
  readonly onCommitted?: (commit: Commit) => void;
  /** The mutation: commits of ended generations are accepted. */
  readonly acceptsStaleCommits?: boolean;
  /** Told what the move of a coordinator did to somebody. */
  readonly onMoved?: (what: "refused" | "forgotten") => void;
}

/** A topic on its brokers: arrays, and groups with generations. Every method is one atomic step of the server. */
export class TopicServer<T> {
  readonly options: TopicOptions<T>;
  readonly partitions: readonly Entry<T>[][];
  readonly #groups = new Map<string, Group>();
  /** Calls that the coordinator will not answer, since it has moved or is loading its groups. */
  #refusals = 0;

  constructor(options: TopicOptions<T>) {
    this.options = options;
    this.partitions = Array.from({ length: options.partitionCount }, () => []);
  }

  append(partition: number, values: readonly T[]): number {
    const entries = this.#at(partition);
    const first = entries.length;
    const { stored, clock } = this.options;
    for (const given of values) {
      const value = stored === undefined ? given : stored(given);
      this.#push(partition, {
        kind: "value",
        value,
        key: null,
        bytes: new Uint8Array(),
        offset: entries.length,
        appendedAtMs: clock(),
      });
    }
    return first;
  }

  appendPoison(partition: number): void {
    const place = { offset: this.#at(partition).length, appendedAtMs: this.options.clock() };
    const bytes = Uint8Array.of(0xff);
    this.#push(partition, { kind: "poison", key: null, bytes, code: "RECORD_UNDECODABLE", at: "/", ...place });
  }

  end(partition: number): number {
    return this.#at(partition).length;
  }

  /** Joins a group, or joins it again after the coordinator had given the member up. */
  join(group: string, member: SimProcess): void {
    const joined = this.#group(group);
    if (joined.members.has(member)) return;
    joined.members.add(member);
    this.#rebalance(joined);
  }

  /** The coordinator has not heard of a member for the length of its session. */
  expire(member: SimProcess): void {
    for (const group of this.#groups.values()) if (group.members.delete(member)) this.#rebalance(group);
  }

  rebalance(): void {
    for (const group of this.#groups.values()) this.#rebalance(group);
  }

  /**
   * Another broker coordinates the groups. It refuses some calls until it has loaded them, and may not know of the last
   * commit of each partition, although it was acknowledged.
   */
  moveCoordinator(refusals: number, isBehind: boolean): void {
    this.#refusals = refusals;
    if (!isBehind) return;
    for (const { committed, committedBefore } of this.#groups.values()) {
      for (const [partition, before] of committedBefore.entries()) {
        if (committed[partition] !== before) this.options.onMoved?.("forgotten");
        committed[partition] = before;
      }
    }
  }

  expectCoordinator(call: string): void {
    if (this.#refusals === 0) return;
    this.#refusals -= 1;
    this.options.onMoved?.("refused");
    throw new Fault("LOG_UNAVAILABLE", `The broker does not coordinate the group: ${call}`, { retriable: true });
  }

  hasWork(group: string, member: SimProcess): boolean {
    const joined = this.#group(group);
    return !joined.members.has(member) || this.#owned(joined, member).length > 0;
  }

  /** The next records of one of the member's partitions, if there are any. */
  poll(group: string, member: SimProcess): Assignment<T> | null {
    this.join(group, member);
    const joined = this.#group(group);
    const owned = this.#owned(joined, member);
    if (owned.length === 0) return null;
    const { random, longestBatch } = this.options;
    const partition = random.pick(owned);
    const from = joined.committed[partition]!;
    const entries = this.#at(partition).slice(from, from + 1 + random.below(longestBatch));
    return { generation: joined.generation, partition, entries };
  }

  isCurrent(group: string, member: SimProcess, { generation, partition }: Assignment<T>): boolean {
    const joined = this.#group(group);
    return joined.generation === generation && joined.owners[partition] === member;
  }

  commit(group: string, member: SimProcess, assignment: Assignment<T>): "accepted" | "refused" {
    this.expectCoordinator("commit");
    const isStale = !this.isCurrent(group, member, assignment);
    if (isStale && this.options.acceptsStaleCommits !== true) return "refused";
    const { committed, committedBefore } = this.#group(group);
    const { partition, entries } = assignment;
    const toOffset = entries.at(-1)!.offset + 1;
    committedBefore[partition] = committed[partition]!;
    committed[partition] = toOffset;
    this.options.onCommitted?.({ group, partition, toOffset, isStale });
    return "accepted";
  }

  committed(group: string): readonly number[] {
    return [...this.#group(group).committed];
  }

  #at(partition: number): Entry<T>[] {
    const entries = this.partitions[partition];
    if (entries === undefined) throw new Fault("LOG_UNAVAILABLE", "There is no such partition", { retriable: true });
    return entries;
  }

  #push(partition: number, entry: Entry<T>): void {
    this.#at(partition).push(entry);
    this.options.onAppended?.(partition, entry);
  }

  #group(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      const zeros = () => this.partitions.map(() => 0);
      const owners = this.partitions.map(() => null);
      group = { generation: 0, members: new Set(), owners, committed: zeros(), committedBefore: zeros() };
      this.#groups.set(name, group);
    }
    return group;
  }

  #owned(group: Group, member: SimProcess): number[] {
    return group.owners.flatMap((owner, partition) =>
      owner === member && group.committed[partition]! < this.end(partition) ? [partition] : [],
    );
  }

  #rebalance(group: Group): void {
    group.generation += 1;
    const members = [...group.members];
    for (const partition of group.owners.keys()) {
      group.owners[partition] = members.length === 0 ? null : this.options.random.pick(members);
    }
  }
}
