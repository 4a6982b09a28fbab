import type { LedgerRow } from "./ledger-row.ts";
import type { Fill, Holding, LeadEntry, LedgerState, ListFills, Unconfirmed } from "./ledger-state.ts";
import {
  type RepHoldings,
  type WindowEntry,
  addWindowEntry,
  countWindow,
  noHoldings,
  readSlot,
  slotOf,
} from "./rep-holdings.ts";
import type { CandidateList, UnfinishedReservation, WindowLimit, WindowScope } from "./reservation.ts";

/** One tenant's ledger in memory. */
export class LedgerImage implements LedgerState, Iterable<LedgerRow> {
  turn = 0;
  readonly #leads = new Map<string, LeadEntry>();
  /** By slot. */
  readonly #unconfirmed = new Map<string, Unconfirmed>();
  readonly #reps = new Map<string, RepHoldings>();
  readonly #floors = new Map<string, number>();
  /**
   * Leads with the key, the one it belongs to first. A live ledger never has two. A fold may for a while, since it reads
   * the partitions of the log in any order: the next lead of a customer before the end of the last.
   */
  readonly #identities = new Map<string, string[]>();

  static fromRows(rows: Iterable<LedgerRow>): LedgerImage {
    const image = new LedgerImage();
    for (const row of rows) image.load(row);
    return image;
  }

  lead(leadId: string): LeadEntry | undefined {
    return this.#leads.get(leadId);
  }

  leadOf(identityKey: string): string | undefined {
    return this.#identities.get(identityKey)?.[0];
  }

  fill(repId: string): Fill {
    return this.#rep(repId).fill;
  }

  fillsOf({ candidates, present }: CandidateList): ListFills {
    return {
      candidates: candidates.map(({ grant }) => this.fill(grant.repId)),
      present: present.map(({ repId }) => this.fill(repId)),
    };
  }

  holds(repId: string, slot: string): boolean {
    return this.#rep(repId).held.has(slot);
  }

  windowCount(repId: string, window: WindowLimit, atMs: number): number {
    return countWindow(this.#rep(repId), window, atMs);
  }

  floor(nodeId: string): number {
    return this.#floors.get(nodeId) ?? 0;
  }

  /** Floors only rise, so a fold may meet them in any order. */
  raiseFloor(nodeId: string, floor: number): void {
    if (floor > this.floor(nodeId)) this.#floors.set(nodeId, floor);
  }

  record(leadId: string, entry: LeadEntry): void {
    this.#leads.set(leadId, entry);
  }

  expectDecision(slot: string, reservation: Unconfirmed): void {
    this.#unconfirmed.set(slot, reservation);
  }

  unconfirmed(slot: string): Unconfirmed | undefined {
    return this.#unconfirmed.get(slot);
  }

  /** Unconfirmed reservations. */
  unfinished(): readonly UnfinishedReservation[] {
    return Array.from(this.#unconfirmed.keys(), readSlot).flatMap(({ leadId, cycle }) => {
      const entry = this.#leads.get(leadId);
      const isOpen = entry?.cycle === cycle && entry.via !== null;
      return isOpen ? [{ leadId, cycle, via: entry.via }] : [];
    });
  }

  confirm(slot: string): void {
    this.#unconfirmed.delete(slot);
  }

  register(identityKey: string, leadId: string): void {
    const leads = this.#identities.get(identityKey);
    if (leads === undefined) this.#identities.set(identityKey, [leadId]);
    else if (!leads.includes(leadId)) leads.push(leadId);
  }

  forget(identityKey: string, leadId: string): void {
    const others = (this.#identities.get(identityKey) ?? []).filter((other) => other !== leadId);
    if (others.length === 0) this.#identities.delete(identityKey);
    else this.#identities.set(identityKey, others);
  }

  take({ repId, leadId, cycle, loadMilli, window, channel, atMs }: Holding): void {
    const { fill, held } = this.#rep(repId);
    held.add(slotOf(leadId, cycle));
    fill.held = held.size;
    fill.loadMilli += loadMilli;
    if (window !== null) this.enterWindow(repId, window, { channel, leadId, cycle, atMs });
  }

  free(repId: string, slot: string, loadMilli: number): void {
    const { fill, held } = this.#rep(repId);
    if (!held.delete(slot)) return;
    fill.held = held.size;
    fill.loadMilli -= loadMilli;
  }

  enterWindow(repId: string, scope: WindowScope, entry: WindowEntry): void {
    addWindowEntry(this.#rep(repId).windows[scope], entry);
  }

  leaveWindow(repId: string, scope: WindowScope, slot: string): void {
    const entries = this.#rep(repId).windows[scope];
    const index = entries.findIndex(({ leadId, cycle }) => slotOf(leadId, cycle) === slot);
    if (index >= 0) entries.splice(index, 1);
  }

  get leadCount(): number {
    return this.#leads.size;
  }

  [Symbol.iterator](): Iterator<LedgerRow> {
    return this.rows();
  }

  *rows(): Generator<LedgerRow> {
    yield* this.#rowsButIdentities();
    for (const [identityKey, leads] of this.#identities) yield { kind: "identity", identityKey, leadId: leads[0]! };
  }

  /** As `rows`, but with every lead of an identity key, in order: what a fold needs to be continued by `fromRows`. */
  *foldRows(): Generator<LedgerRow> {
    yield* this.#rowsButIdentities();
    for (const [identityKey, leads] of this.#identities) {
      for (const leadId of leads) yield { kind: "identity", identityKey, leadId };
    }
  }

  load(row: LedgerRow): void {
    switch (row.kind) {
      case "lead": {
        const { kind: _, leadId, ...entry } = row;
        return this.record(leadId, entry);
      }
      case "held":
        return void this.#rep(row.repId).held.add(slotOf(row.leadId, row.cycle));
      case "rep": {
        const { held, loadMilli, credit, turn } = row;
        return void Object.assign(this.#rep(row.repId).fill, { held, loadMilli, credit, turn });
      }
      case "window":
        return addWindowEntry(this.#rep(row.repId).windows[row.scope], row);
      case "floor":
        return this.raiseFloor(row.nodeId, row.floor);
      case "identity":
        return this.register(row.identityKey, row.leadId);
      case "turn":
        this.turn = row.turn;
    }
  }

  *#rowsButIdentities(): Generator<LedgerRow> {
    for (const [leadId, entry] of this.#leads) yield { kind: "lead", leadId, ...entry };
    for (const [repId, holdings] of this.#reps) yield* repRows(repId, holdings);
    for (const [nodeId, floor] of this.#floors) yield { kind: "floor", nodeId, floor };
    if (this.turn > 0) yield { kind: "turn", turn: this.turn };
  }

  #rep(repId: string): RepHoldings {
    let holdings = this.#reps.get(repId);
    if (holdings === undefined) this.#reps.set(repId, (holdings = noHoldings()));
    return holdings;
  }
}

function* repRows(repId: string, { fill, held, windows }: RepHoldings): Generator<LedgerRow> {
  const isCharged = fill.credit > 0 || fill.turn > 0;
  if (held.size > 0 || isCharged || windows.intake.length > 0 || windows.claim.length > 0) {
    yield { kind: "rep", repId, ...fill };
  }
  for (const slot of held) yield { kind: "held", repId, ...readSlot(slot) };
  for (const scope of ["intake", "claim"] as const) {
    for (const { channel, leadId, cycle, atMs } of windows[scope]) {
      yield { kind: "window", repId, scope, channel, leadId, cycle, atMs };
    }
  }
}
