import type { Fill, Holding, LeadEntry, LedgerState, ListFills } from "../../domain/ledger/ledger-state.ts";
import type { CandidateList, ReserveRequest, WindowLimit } from "../../domain/ledger/reservation.ts";
import type { BatchIndex } from "./batch-index.ts";
import type { RawSnapshot } from "./batch-reply.ts";
import type { BatchReps } from "./batch-reps.ts";
import { FILL_BYTES, decodeFill, decodeLead } from "./record-codec.ts";

interface WindowTally {
  readonly window: WindowLimit;
  count: number;
}

export interface SnapshotParts {
  readonly index: BatchIndex;
  readonly reps: BatchReps;
  readonly raw: RawSnapshot;
}

const NO_TALLIES: readonly WindowTally[] = [];

/** What the script read, as a ledger in which its batch is decided once more. Knows only what the batch is about. */
export class BatchSnapshot implements LedgerState {
  turn: number;
  readonly #index: BatchIndex;
  readonly #reps: BatchReps;
  readonly #leads = new Map<string, LeadEntry>();
  readonly #identities = new Map<string, string>();
  /** By the rep's number, from 0. */
  readonly #fills: Fill[] = [];
  readonly #floors = new Map<string, number>();
  /** By rep id; of windows that were counted. */
  readonly #tallies = new Map<string, WindowTally[]>();

  constructor({ items }: ReserveRequest, { index, reps, raw }: SnapshotParts) {
    this.#index = index;
    this.#reps = reps;
    this.turn = raw.turn;
    for (const [number, record] of raw.leads) this.#leads.set(items[number - 1]!.leadId, decodeLead(record));
    if (raw.identities.length > 0) {
      const identityKeys = items.flatMap((item) => item.identityKeys);
      for (const [number, leadId] of raw.identities) this.#identities.set(identityKeys[number - 1]!, leadId.toString());
    }
    for (const stretch of raw.fills) {
      for (let offset = 0; offset < stretch.length; offset += FILL_BYTES) this.#fills.push(decodeFill(stretch, offset));
    }
    index.nodes.values.forEach((nodeId, place) => this.#floors.set(nodeId, raw.floors[place]!));
    this.#addTallies(raw.counted);
  }

  #addTallies(counted: readonly number[]): void {
    let place = 0;
    while (place < counted.length) {
      const rep = this.#reps.repId(counted[place]!);
      const { windows } = this.#index.caps.values[counted[place + 1]! - 1]!;
      place += 2;
      const tallies = this.#tallies.get(rep) ?? [];
      this.#tallies.set(rep, tallies);
      for (const window of windows) tallies.push({ window, count: counted[place++]! });
    }
  }

  lead(leadId: string): LeadEntry | undefined {
    return this.#leads.get(leadId);
  }

  leadOf(identityKey: string): string | undefined {
    return this.#identities.get(identityKey);
  }

  fill(repId: string): Fill {
    const fill = this.#fills[this.#reps.numberOf(repId) - 1];
    if (fill === undefined) throw new Error("A rep was not read by reserve-batch.lua.");
    return fill;
  }

  fillsOf(list: CandidateList): ListFills {
    const { group, colleagues, packed } = this.#index.lists[this.#index.list(list) - 1]!;
    const candidates = this.#fillsAt(group, packed.positions);
    if (packed.isWhole) return { candidates, present: candidates };
    const everybody = list.present.map((_, index) => index + 1);
    return { candidates, present: this.#fillsAt(this.#index.colleagues[colleagues - 1]!.group, everybody) };
  }

  /** Windows that the script did not count have room, whatever else the batch brings. */
  windowCount(repId: string, window: WindowLimit): number {
    if (this.#tallies.size === 0) return 0;
    const tallies = this.#tallies.get(repId) ?? NO_TALLIES;
    return tallies.find((tally) => isAlike(tally.window, window))?.count ?? 0;
  }

  floor(nodeId: string): number {
    return this.#floors.get(nodeId) ?? 0;
  }

  raiseFloor(nodeId: string, floor: number): void {
    this.#floors.set(nodeId, floor);
  }

  record(leadId: string, entry: LeadEntry): void {
    this.#leads.set(leadId, entry);
  }

  /** No later lead of the batch is decided by it. */
  expectDecision(): void {}

  register(identityKey: string, leadId: string): void {
    this.#identities.set(identityKey, leadId);
  }

  take({ repId, loadMilli, window: scope, channel }: Holding, fill: Fill): void {
    fill.held += 1;
    fill.loadMilli += loadMilli;
    if (this.#tallies.size === 0) return;
    for (const tally of this.#tallies.get(repId) ?? NO_TALLIES) {
      const { window } = tally;
      const isOfChannel = window.channel === null || window.channel === channel;
      if (window.lengthMs > 0 && window.scope === scope && isOfChannel) tally.count += 1;
    }
  }

  #fillsAt(group: number, positions: readonly number[]): readonly Fill[] {
    const numbers = this.#reps.ofGroup(group);
    if (typeof numbers === "number") return positions.map((position) => this.#fills[numbers + position - 1]!);
    return positions.map((position) => this.#fills[numbers[position - 1]! - 1]!);
  }
}

/** Whether they count the same entries. */
const isAlike = (a: WindowLimit, b: WindowLimit): boolean =>
  a.scope === b.scope && a.channel === b.channel && a.lengthMs === b.lengthMs;
