import type { Fill, Holding, LeadEntry, LedgerState } from "../../domain/ledger/ledger-state.ts";
import type { ReserveRequest, WindowLimit } from "../../domain/ledger/reservation.ts";
import type { BatchIndex } from "./batch-index.ts";
import type { RawSnapshot } from "./batch-reply.ts";
import { FILL_BYTES, decodeFill, decodeLead } from "./record-codec.ts";

interface WindowTally {
  readonly window: WindowLimit;
  count: number;
}

const NO_TALLIES: readonly WindowTally[] = [];

/** What the script read, as a ledger in which its batch is decided once more. Knows only what the batch is about. */
export class BatchSnapshot implements LedgerState {
  turn: number;
  readonly #leads = new Map<string, LeadEntry>();
  readonly #identities = new Map<string, string>();
  readonly #fills = new Map<string, Fill>();
  readonly #floors = new Map<string, number>();
  readonly #tallies = new Map<string, WindowTally[]>();

  constructor({ items }: ReserveRequest, index: BatchIndex, raw: RawSnapshot) {
    this.turn = raw.turn;
    for (const [number, record] of raw.leads) this.#leads.set(items[number - 1]!.leadId, decodeLead(record));
    for (const [number, leadId] of raw.identities) {
      this.#identities.set(index.identityKeys.values[number - 1]!, leadId.toString());
    }
    index.reps.values.forEach((repId, place) => this.#fills.set(repId, decodeFill(raw.fills, place * FILL_BYTES)));
    index.nodes.values.forEach((nodeId, place) => this.#floors.set(nodeId, raw.floors[place]!));
    index.windows.forEach(({ repId, window }, place) => {
      const tallies = this.#tallies.get(repId) ?? [];
      this.#tallies.set(repId, tallies);
      tallies.push({ window, count: raw.counts[place]! });
    });
  }

  lead(leadId: string): LeadEntry | undefined {
    return this.#leads.get(leadId);
  }

  leadOf(identityKey: string): string | undefined {
    return this.#identities.get(identityKey);
  }

  fill(repId: string): Readonly<Fill> {
    return this.#fillOf(repId);
  }

  windowCount(repId: string, window: WindowLimit): number {
    for (const tally of this.#tallies.get(repId) ?? NO_TALLIES) if (tally.window === window) return tally.count;
    throw new Error("A window was not counted by reserve-batch.lua.");
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

  take({ repId, loadMilli, window: scope, channel }: Holding): void {
    const fill = this.#fillOf(repId);
    fill.held += 1;
    fill.loadMilli += loadMilli;
    for (const tally of this.#tallies.get(repId) ?? NO_TALLIES) {
      const { window } = tally;
      const isOfChannel = window.channel === null || window.channel === channel;
      if (window.lengthMs > 0 && window.scope === scope && isOfChannel) tally.count += 1;
    }
  }

  charge(repId: string, { credit, turn }: Pick<Fill, "credit" | "turn">): void {
    Object.assign(this.#fillOf(repId), { credit, turn });
  }

  #fillOf(repId: string): Fill {
    const fill = this.#fills.get(repId);
    if (fill === undefined) throw new Error("A rep was not read by reserve-batch.lua.");
    return fill;
  }
}
