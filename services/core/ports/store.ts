import type { LeadState } from "../domain/decision/lead-state.ts";
import type { LeadRecord } from "../domain/decision/log-record.ts";

/** Up to where a projection has read one partition, and the barrier it had seen by then (so that V1 resumes intact). */
export interface Position {
  readonly next: number;
  readonly barrierEpoch: number;
}

/** One effective record, as history and as an event. `(partition, offset)` is its identity. */
export interface LeadEvent {
  readonly tenantId: string;
  readonly leadId: string;
  readonly partition: number;
  readonly offset: number;
  /** Node of the lead after the record; the scope in which the event may be seen. */
  readonly nodeId: string;
  readonly record: LeadRecord;
  /** Owner before and after. */
  readonly fromRepId: string | null;
  readonly toRepId: string | null;
  readonly statusAfter: LeadState["status"];
}

/** An event as it is stored: with the bytes of its record in the log, to be decoded when somebody asks. */
export interface WrittenEvent extends LeadEvent {
  readonly bytes: Uint8Array;
}

export interface LeadChange {
  /** As the store has the lead; null if it has not. Counts are kept by the difference. */
  readonly before: LeadState | null;
  readonly after: LeadState;
}

export interface ProjectionBatch {
  readonly partition: number;
  /** Where the projection must stand, or the commit changes nothing. */
  readonly expectedNext: number;
  readonly position: Position;
  /** One for each lead touched by the batch. */
  readonly changes: readonly LeadChange[];
  readonly events: readonly WrittenEvent[];
}

/** Leads by id, as the first `next` records of their partition left them. */
export interface KnownLeads {
  readonly next: number;
  readonly states: ReadonlyMap<string, LeadState>;
}

/**
 * The log made readable: writes of the projector.
 *
 * Contract (test/contract/store.contract.ts): `commit` is one transaction; a batch whose `expectedNext` is not the
 * stored position, or that found a lead in another cycle than it is in, or that brings one as new which is not, changes
 * nothing and answers `conflict`; offsets live with the rows they brought.
 */
export interface Projection {
  position(partition: number): Promise<Position>;
  /** Those leads of a partition that are known, and how far it was projected in the same moment. */
  states(partition: number, tenantId: string, leadIds: readonly string[]): Promise<KnownLeads>;
  commit(batch: ProjectionBatch): Promise<"committed" | "conflict">;
}

/** What a caller may see: a tenant, and the org nodes of his subtree; null for all nodes of the tenant. */
export interface ReadScope {
  readonly tenantId: string;
  readonly nodeIds: readonly string[] | null;
}

/** Whom events may concern: those who see the nodes, and a rep who comes or goes as an owner. */
export interface EventScope extends ReadScope {
  readonly repId: string | null;
}

export interface EventPage {
  /** Partition by partition, those of each in log order. */
  readonly events: readonly LeadEvent[];
  /** Offset of each partition behind which the next page begins: there are records that are no events. */
  readonly through: readonly number[];
  /** There may be events behind it already. */
  readonly hasMore: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` for the next page; null at the end. */
  readonly next: string | null;
}

export interface PageRequest {
  readonly limit: number;
  /** Opaque to callers; a `CURSOR_INVALID` fault if it is not one of ours. */
  readonly after: string | null;
}

/** Owned leads of a rep in one node; reps without any are not listed. */
export interface RepLoad {
  readonly repId: string;
  readonly nodeId: string;
  readonly owned: number;
  readonly loadMilli: number;
  /** When a lead last came to the rep in this node, though it may have left since. */
  readonly lastAssignedAtMs: number;
}

export interface NodeLoad {
  readonly reps: readonly RepLoad[];
  readonly parked: number;
  readonly public: number;
  readonly owned: number;
}

export interface PoolLead {
  readonly state: LeadState;
  /** Metres from the asked position; null without one or for leads without a point. */
  readonly distanceMeters: number | null;
}

/** Reads for people and services. Everything out of scope is as if it did not exist (I11). */
export interface LeadReads {
  lead(scope: ReadScope, leadId: string): Promise<LeadState | null>;
  /** Oldest first. */
  history(scope: ReadScope, leadId: string): Promise<readonly LeadEvent[]>;
  /** Owned leads of a rep, by due time, then assignment, then id. */
  privatePool(scope: ReadScope, repId: string, page: PageRequest): Promise<Page<LeadState>>;
  /** Leads of a pool: longest in the pool first, or nearest first when a position is given. */
  poolLeads(
    scope: ReadScope,
    poolId: string,
    page: PageRequest & { readonly near: { readonly latitudeDeg: number; readonly longitudeDeg: number } | null },
  ): Promise<Page<PoolLead>>;
  /** Counts by rep and status over the nodes of the scope. */
  load(scope: ReadScope): Promise<NodeLoad>;
  /** Owned leads of reps in all nodes, in and out of anybody's scope: what their limits are about. */
  held(tenantId: string, repIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Effective records behind an offset of each partition, at most so many of each. With a scope at least those that may
   * concern it, which the stream then judges one by one; null is for all of them, of every tenant.
   */
  events(after: readonly number[], limit: number, scope: EventScope | null): Promise<EventPage>;
  /** The effective record at a position, if it was effective; used to tell a caller what became of his command. */
  eventAt(partition: number, offset: number): Promise<LeadEvent | null>;
}

/** Reads for the steward and the auditor. */
export interface LeadScans {
  /** Nodes with parked or released leads, with their number. Leads without a node are under the empty id. */
  parkedNodes(tenantId: string): Promise<ReadonlyMap<string, number>>;
  /** Parked or released leads of a node, oldest capture first. */
  waiting(tenantId: string, nodeId: string, limit: number): Promise<readonly LeadState[]>;
  /** Counts by status, for the status line. */
  statusCounts(tenantId: string): Promise<ReadonlyMap<LeadState["status"], number>>;
  /** All leads of a tenant in id order. */
  allStates(tenantId: string): AsyncIterable<readonly LeadState[]>;
}

export interface Store extends Projection, LeadReads, LeadScans {
  close(): Promise<void>;
}
