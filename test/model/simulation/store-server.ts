import type { LeadState } from "../../../services/core/domain/decision/lead-state.ts";
import { Fault } from "../../../services/core/domain/fault.ts";
import type { LeadEvent, Position, ProjectionBatch } from "../../../services/core/ports/store.ts";
import type { Random } from "../random.ts";

/** What keeps the projection the fold of the log, and may be left out to show that it is needed. */
export interface StoreMutations {
  /** A batch is written wherever the projection stands. */
  readonly ignoresPosition?: boolean;
  /** Positions are kept apart from the rows that they are about, so that a failover loses the rows alone. */
  readonly keepsPositionsApart?: boolean;
}

export const STORE_FAULTS = [
  "store_down",
  "store_killed",
  "store_failover",
  "store_timeout",
  "store_conflict",
] as const;
export type StoreFault = (typeof STORE_FAULTS)[number];

export interface StoreOptions {
  readonly random: Random;
  readonly clock: () => number;
  readonly mutations: StoreMutations;
  /** A fault has reached somebody. */
  readonly onMet: (fault: StoreFault) => void;
}

interface Rows {
  readonly positions: Map<number, Position>;
  /** By tenant and lead. */
  readonly leads: Map<string, Map<string, LeadState>>;
  /** Rounds that are decided: the permanent guard. */
  readonly rounds: Set<string>;
  readonly events: Map<string, LeadEvent>;
  readonly counts: Map<string, Map<LeadState["status"], number>>;
}

const OUTAGES_MS = [1_000, 1_000, 10_000, 60_000, 600_000];
const RESTART_MS = 1_000;
const MOST_LOST = 4;
const START: Position = { next: 0, barrierEpoch: 0 };

/** PostgreSQL as the projection knows it: every method is one transaction, and what is committed may yet be lost. */
export class StoreServer {
  readonly #options: StoreOptions;
  readonly #committed: ProjectionBatch[] = [];
  #rows = noRows();
  #awayUntilMs = 0;
  #fault: StoreFault | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get rows(): Rows {
    return this.#rows;
  }

  inject(fault: StoreFault): void {
    const { random, clock } = this.#options;
    this.#fault = fault;
    if (fault === "store_down") this.#awayUntilMs = clock() + random.pick(OUTAGES_MS);
    if (fault === "store_failover" && !this.#loseLast(1 + random.below(MOST_LOST))) this.#fault = null;
  }

  /** Faults are over. What is lost stays lost. */
  heal(): void {
    this.#fault = null;
    this.#awayUntilMs = 0;
  }

  /** @throws Fault STORE_UNAVAILABLE while nobody answers, or the connection led to the server of before a failover */
  expectUp(): void {
    const isAway = this.#options.clock() < this.#awayUntilMs;
    if (this.#fault === "store_down" || this.#fault === "store_failover") this.#meet();
    else if (!isAway) return;
    throw unavailable();
  }

  commit(batch: ProjectionBatch): "committed" | "conflict" {
    this.expectUp();
    if (this.#fault === null) return this.#write(batch);
    const isKilled = this.#meet() === "store_killed";
    // A statement that ran out of time, or lost against another one, is rolled back. A kill comes before the commit or behind it.
    if (isKilled && this.#options.random.chance(0.5)) this.#write(batch);
    if (isKilled) this.#awayUntilMs = this.#options.clock() + RESTART_MS;
    throw unavailable();
  }

  position(partition: number): Position {
    return this.#rows.positions.get(partition) ?? START;
  }

  leadsOf(tenantId: string): ReadonlyMap<string, LeadState> {
    return this.#rows.leads.get(tenantId) ?? new Map();
  }

  #meet(): StoreFault | null {
    const fault = this.#fault;
    if (fault !== null) this.#options.onMet(fault);
    this.#fault = null;
    return fault;
  }

  #write(batch: ProjectionBatch): "committed" | "conflict" {
    const { ignoresPosition } = this.#options.mutations;
    const isElsewhere = this.position(batch.partition).next !== batch.expectedNext;
    if (isElsewhere && ignoresPosition !== true) return "conflict";
    if (ignoresPosition !== true && repeats(this.#rows, batch)) return "conflict";
    write(this.#rows, batch);
    this.#committed.push(batch);
    return "committed";
  }

  /** A standby takes over that had not heard of the last transactions. @returns whether there were any */
  #loseLast(count: number): boolean {
    const { positions } = this.#rows;
    const lost = this.#committed.splice(-count);
    this.#rows = noRows();
    for (const batch of this.#committed) write(this.#rows, batch);
    if (this.#options.mutations.keepsPositionsApart === true) {
      for (const [partition, position] of positions) this.#rows.positions.set(partition, position);
    }
    return lost.length > 0;
  }
}

const noRows = (): Rows => ({
  positions: new Map(),
  leads: new Map(),
  rounds: new Set(),
  events: new Map(),
  counts: new Map(),
});

const unavailable = (): Fault => new Fault("STORE_UNAVAILABLE", "The store did not answer.", { retriable: true });

const roundOf = ({ tenantId, leadId, record: { cycle } }: LeadEvent): string => `${tenantId} ${leadId} ${cycle}`;

function repeats({ rounds, leads }: Rows, { events, changes }: ProjectionBatch): boolean {
  const isDecided = events.some((event) => event.record.type === "decision" && rounds.has(roundOf(event)));
  const isKnown = changes.some(
    ({ before, after }) => before === null && leads.get(after.tenantId)?.has(after.leadId) === true,
  );
  return isDecided || isKnown;
}

function write(rows: Rows, { partition, position, changes, events }: ProjectionBatch): void {
  rows.positions.set(partition, position);
  for (const { before, after } of changes) {
    const { tenantId, leadId } = after;
    const leads = rows.leads.get(tenantId) ?? new Map<string, LeadState>();
    rows.leads.set(tenantId, leads.set(leadId, after));
    const counts = rows.counts.get(tenantId) ?? new Map<LeadState["status"], number>();
    if (before !== null) counts.set(before.status, (counts.get(before.status) ?? 0) - 1);
    rows.counts.set(tenantId, counts.set(after.status, (counts.get(after.status) ?? 0) + 1));
  }
  for (const event of events) {
    rows.events.set(`${partition}:${event.offset}`, event);
    if (event.record.type === "decision") rows.rounds.add(roundOf(event));
  }
}
