import { windowOf } from "../../domain/ledger/via.ts";
import type { CandidateList, ReserveItem, ReserveRequest, WindowScope } from "../../domain/ledger/reservation.ts";
import { DemandProfiles } from "./demand-profiles.ts";
import { type PackedGrants, type PackedList, packedListOf } from "./packed-list.ts";
import type { WindowCap } from "./window-caps.ts";

/** Grants of a batch from `base + 1` on. */
export interface IndexedGrants {
  readonly packed: PackedGrants;
  readonly base: number;
}

/** Over whom, and for which node, a floor is taken. */
export interface Colleagues {
  readonly number: number;
  readonly node: number;
  readonly grants: IndexedGrants;
}

export interface IndexedList {
  readonly list: CandidateList;
  readonly packed: PackedList;
  readonly grants: IndexedGrants;
  readonly colleagues: number;
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

/** What the leads of one batch share, each thing once: reps, grants, lists, nodes, windows, profiles. */
export class BatchIndex {
  readonly reps = new Numbering<string>();
  readonly nodes = new Numbering<string>();
  readonly profiles = new DemandProfiles();
  readonly profileOf: number[] = [];
  readonly groups: IndexedGrants[] = [];
  /** By grant: the number of its rep. */
  readonly repOf: number[] = [];
  /** Scopes that some lead of the batch counts in. */
  readonly scopes = new Set<WindowScope>();
  readonly caps = new Numbering<WindowCap>();
  readonly colleagues: Colleagues[] = [];
  readonly lists: IndexedList[] = [];
  /** Lists that are tried in turn, which leads have in common. */
  readonly ways = new Numbering<readonly CandidateList[]>();
  readonly wayOf: number[] = [];
  readonly #lists = new Numbering<CandidateList>();
  readonly #groups = new Map<PackedGrants, IndexedGrants>();
  readonly #colleagues = new Map<PackedGrants, Colleagues[]>();

  constructor({ items }: ReserveRequest) {
    for (const item of items) this.#add(item);
  }

  /** From 1. */
  list(list: CandidateList): number {
    return this.#lists.find(list);
  }

  #add(item: ReserveItem): void {
    const { lists } = item;
    const scope = windowOf(item);
    if (scope !== null) this.scopes.add(scope);
    this.profileOf.push(this.profiles.of(item));
    let way = this.ways.find(lists);
    if (way === 0) {
      way = this.ways.add(lists);
      for (const list of lists) if (this.#lists.find(list) === 0) this.#addList(list);
    }
    this.wayOf.push(way);
  }

  #addList(list: CandidateList): void {
    const packed = packedListOf(list);
    const grants = this.#group(packed.grants);
    const colleagues = this.#colleaguesOf(packed.colleagues, this.nodes.of(list.nodeId));
    this.lists.push({ list, packed, grants, colleagues });
    this.#lists.add(list);
  }

  #group(packed: PackedGrants): IndexedGrants {
    const known = this.#groups.get(packed);
    if (known !== undefined) return known;
    const group = { packed, base: this.repOf.length };
    for (const { repId } of packed.grants) this.repOf.push(this.reps.of(repId));
    this.#groups.set(packed, group);
    this.groups.push(group);
    return group;
  }

  /** Mostly there is one node. */
  #colleaguesOf(packed: PackedGrants, node: number): number {
    let known = this.#colleagues.get(packed);
    if (known === undefined) this.#colleagues.set(packed, (known = []));
    let colleagues = known.find((one) => one.node === node);
    if (colleagues === undefined) {
      colleagues = { number: this.colleagues.length + 1, node, grants: this.#group(packed) };
      known.push(colleagues);
      this.colleagues.push(colleagues);
    }
    return colleagues.number;
  }
}
