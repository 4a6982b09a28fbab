import { windowOf } from "../../domain/ledger/via.ts";
import type { CandidateList, ReserveItem, ReserveRequest, WindowScope } from "../../domain/ledger/reservation.ts";
import { DemandProfiles } from "./demand-profiles.ts";
import { type PackedGrants, type PackedList, packedListOf } from "./packed-list.ts";
import type { WindowCap } from "./window-caps.ts";

/** Over whom, and for which node, a floor is taken. Groups and nodes by number. */
export interface Colleagues {
  readonly number: number;
  readonly node: number;
  readonly group: number;
}

export interface IndexedList {
  readonly list: CandidateList;
  readonly packed: PackedList;
  readonly group: number;
  readonly colleagues: number;
}

/** Numbers things by their first mention, from 1 as Lua does. */
export class Numbering<T> {
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

/** What the leads of one batch share, each thing once: groups of reps, lists, nodes, profiles. */
export class BatchIndex {
  readonly nodes = new Numbering<string>();
  readonly profiles = new DemandProfiles();
  readonly profileOf: number[] = [];
  readonly groups = new Numbering<PackedGrants>();
  /** Scopes that some lead of the batch counts in. */
  readonly scopes = new Set<WindowScope>();
  readonly caps = new Numbering<WindowCap>();
  readonly colleagues: Colleagues[] = [];
  readonly lists: IndexedList[] = [];
  /** Lists that are tried in turn, which leads have in common. */
  readonly ways = new Numbering<readonly CandidateList[]>();
  readonly wayOf: number[] = [];
  readonly #lists = new Numbering<CandidateList>();
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
    const group = this.groups.of(packed.grants);
    const colleagues = this.#colleaguesOf(packed.colleagues, this.nodes.of(list.nodeId));
    this.lists.push({ list, packed, group, colleagues });
    this.#lists.add(list);
  }

  /** Mostly there is one node. */
  #colleaguesOf(packed: PackedGrants, node: number): number {
    let known = this.#colleagues.get(packed);
    if (known === undefined) this.#colleagues.set(packed, (known = []));
    let colleagues = known.find((one) => one.node === node);
    if (colleagues === undefined) {
      colleagues = { number: this.colleagues.length + 1, node, group: this.groups.of(packed) };
      known.push(colleagues);
      this.colleagues.push(colleagues);
    }
    return colleagues.number;
  }
}
