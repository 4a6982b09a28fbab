import { refOf } from "../../domain/ledger/lead-entry.ts";
import { windowOf } from "../../domain/ledger/via.ts";
import type {
  Candidate,
  CandidateList,
  RepGrant,
  ReserveItem,
  ReserveRequest,
  WindowLimit,
  WindowScope,
} from "../../domain/ledger/reservation.ts";

export interface IndexedWindow {
  /** Index from 1. */
  readonly rep: number;
  readonly repId: string;
  readonly window: WindowLimit;
}

export interface IndexedGrant {
  readonly rep: number;
  readonly grant: RepGrant;
  /** Windows that some lead of the batch would count in. */
  readonly windows: readonly number[];
}

export interface IndexedList {
  readonly list: CandidateList;
  readonly node: number;
  readonly present: number;
  /** Grant and fit in turn. */
  readonly candidates: readonly number[];
}

export const SCOPE_CODES = { intake: 1, claim: 2 } as const satisfies Record<WindowScope, number>;

const ordered = new WeakMap<CandidateList, readonly Candidate[]>();

/**
 * By falling fit where fit decides, so that the script may stop at the first who may take the lead. Sorted once for all
 * batches, since a list is in use as long as nobody's shift begins or ends.
 */
function inOrder(list: CandidateList): readonly Candidate[] {
  const { strategy, candidates } = list;
  if (strategy !== "fair_fit" && strategy !== "best_fit") return candidates;
  let sorted = ordered.get(list);
  if (sorted === undefined) ordered.set(list, (sorted = candidates.toSorted((a, b) => b.fit - a.fit)));
  return sorted;
}

/** Numbers things by their first mention, from 1 as Lua does. */
class Numbering<T> {
  readonly values: T[] = [];
  readonly #numbers = new Map<T, number>();

  /** The number, or 0 if the value is new; `add` then gives it the next one. */
  find(value: T): number {
    return this.#numbers.get(value) ?? 0;
  }

  add(value: T): number {
    const number = this.values.push(value);
    this.#numbers.set(value, number);
    return number;
  }

  of(value: T): number {
    return this.find(value) || this.add(value);
  }
}

/** What the leads of one batch share, each thing once: lists, grants, reps, windows, nodes, channels, identity keys. */
export class BatchIndex {
  readonly reps = new Numbering<string>();
  readonly nodes = new Numbering<string>();
  readonly identityKeys = new Numbering<string>();
  /** What leads have in common beside lists and keys; most leads of a batch have the same. */
  readonly profiles: ReserveItem[] = [];
  readonly profileOf: number[] = [];
  readonly windows: IndexedWindow[] = [];
  readonly grants: IndexedGrant[] = [];
  readonly lists: IndexedList[] = [];
  readonly present: (readonly number[])[] = [];
  readonly #profiles = new Numbering<string>();
  /** Numbers of grants by the rep's index in the plan; nearly always there is one for a rep. */
  readonly #grantOfRep: number[] = [];
  /** Of reps who are in the batch under several limits. */
  readonly #otherGrants = new Map<RepGrant, number>();
  readonly #lists = new Numbering<CandidateList>();
  readonly #present = new Numbering<readonly RepGrant[]>();
  readonly #channelsIn: Readonly<Record<WindowScope, Set<string>>> = { intake: new Set(), claim: new Set() };

  constructor({ items }: ReserveRequest) {
    for (const item of items) {
      const window = windowOf(item);
      if (window !== null) this.#channelsIn[window].add(item.channel);
    }
    for (const item of items) this.#add(item);
  }

  list(list: CandidateList): number {
    return this.#lists.find(list);
  }

  #add(item: ReserveItem): void {
    const { identityKeys, lists } = item;
    this.profileOf.push(this.#profile(item));
    for (const identityKey of identityKeys) this.identityKeys.of(identityKey);
    for (const list of lists) {
      if (this.#lists.find(list) > 0) continue;
      this.#lists.add(list);
      const candidates: number[] = [];
      for (const { grant, fit } of inOrder(list)) candidates.push(this.#grant(grant), fit);
      this.lists.push({ list, node: this.nodes.of(list.nodeId), present: this.#presentOf(list.present), candidates });
    }
  }

  #profile(item: ReserveItem): number {
    const { cycle, loadMilli, channel, via, planVersion, otherwise } = item;
    const ref = otherwise.kind === "refuse" ? "" : refOf(otherwise);
    // The channel is free text, so it comes last.
    const name = `${cycle} ${loadMilli} ${via} ${planVersion} ${otherwise.kind} ${ref.length} ${ref} ${channel}`;
    const known = this.#profiles.find(name);
    if (known > 0) return known;
    this.profiles.push(item);
    return this.#profiles.add(name);
  }

  #presentOf(present: readonly RepGrant[]): number {
    const known = this.#present.find(present);
    if (known > 0) return known;
    this.present.push(present.map((grant) => this.#grant(grant)));
    return this.#present.add(present);
  }

  #grant(grant: RepGrant): number {
    const ofRep = this.#grantOfRep[grant.repIndex];
    if (ofRep !== undefined && this.grants[ofRep - 1]!.grant === grant) return ofRep;
    const known = this.#otherGrants.get(grant);
    if (known !== undefined) return known;
    const rep = this.reps.of(grant.repId);
    const windows: number[] = [];
    for (const window of grant.windows) {
      const channels = this.#channelsIn[window.scope];
      const matters = window.channel === null ? channels.size > 0 : channels.has(window.channel);
      if (matters) windows.push(this.windows.push({ rep, repId: grant.repId, window }));
    }
    const number = this.grants.push({ rep, grant, windows });
    if (ofRep === undefined) this.#grantOfRep[grant.repIndex] = number;
    else this.#otherGrants.set(grant, number);
    return number;
  }
}
