import type { LedgerRow } from "../../../services/core/domain/ledger/ledger-row.ts";
import type { LedgerState } from "../../../services/core/domain/ledger/ledger-state.ts";
import { LedgerImage } from "../../../services/core/domain/ledger/ledger-image.ts";
import { applyChange } from "../../../services/core/domain/ledger/fold-ledger.ts";
import type {
  LedgerChange,
  ReserveReply,
  ReserveRequest,
  UnfinishedReservation,
} from "../../../services/core/domain/ledger/reservation.ts";
import { reserveBatch } from "../../../services/core/domain/ledger/reserve.ts";

/** Which checks of the scripts are left out, to show that each is needed. */
export interface RedisMutations {
  readonly ignoresRunId?: boolean;
  readonly ignoresEpoch?: boolean;
  /** Takes a tenant for new that was there before. */
  readonly forgetsRoster?: boolean;
  /** R5: whatever was seeded is activated, wherever and by whomever. */
  readonly activatesUnchecked?: boolean;
  /** A lead that comes again is given away again. */
  readonly forgetsLeads?: boolean;
}

interface TenantLedger {
  readonly epoch: number;
  /** Run id of the server that was seeded. */
  readonly boundTo: string;
  readonly image: LedgerImage;
}

/** The tenants that the ledger of an epoch has. */
interface Roster {
  readonly epoch: number;
  readonly boundTo: string;
  readonly tenantIds: ReadonlySet<string>;
}

interface Seeding {
  readonly mark: string;
  readonly image: LedgerImage;
}

/** One Redis process: its data and the scripts of the ledger, each atomic. What they mean is the real domain code. */
export class RedisServer {
  readonly runId: string;
  /** Its process has ended; its connections are broken. */
  isGone = false;
  readonly #mutations: RedisMutations;
  readonly #ledgers: Map<string, TenantLedger>;
  readonly #seedings = new Map<string, Seeding>();
  #roster: Roster | null;

  constructor(
    runId: string,
    mutations: RedisMutations,
    ledgers: ReadonlyMap<string, TenantLedger> = new Map(),
    roster: Roster | null = null,
  ) {
    this.runId = runId;
    this.#mutations = mutations;
    this.#ledgers = new Map(ledgers);
    this.#roster = roster;
  }

  /** Its data in another process: a replica that was promoted, or the same server started again. */
  successor(runId: string): RedisServer {
    const ledgers = Array.from(this.#ledgers, ([tenantId, { epoch, boundTo, image }]): [string, TenantLedger] => [
      tenantId,
      { epoch, boundTo, image: LedgerImage.fromRows(image.rows()) },
    ]);
    return new RedisServer(runId, this.#mutations, new Map(ledgers), this.#roster);
  }

  flush(): void {
    this.loseTenants();
    this.#roster = null;
  }

  /** A master of a cluster, with tenants on it but not the roster. */
  loseTenants(): void {
    this.#ledgers.clear();
    this.#seedings.clear();
  }

  /** Null if the tenant's ledger is missing or was made for another server. */
  ready(tenantId: string): TenantLedger | null {
    const ledger = this.#ledgers.get(tenantId);
    if (ledger === undefined) return null;
    return ledger.boundTo === this.runId || this.#mutations.ignoresRunId === true ? ledger : null;
  }

  reserve(request: ReserveRequest): ReserveReply {
    const ledger = this.ready(request.tenantId);
    const isOther = ledger?.epoch !== request.epoch && this.#mutations.ignoresEpoch !== true;
    if (ledger === null || isOther) return { kind: "fenced" };
    const state = this.#mutations.forgetsLeads === true ? forgetful(ledger.image) : ledger.image;
    return { kind: "reserved", results: reserveBatch(state, request) };
  }

  apply(tenantId: string, changes: readonly LedgerChange[], minEpoch: number): "applied" | "fenced" {
    const ledger = this.ready(tenantId);
    if (ledger === null || (ledger.epoch < minEpoch && this.#mutations.ignoresEpoch !== true)) return "fenced";
    for (const change of changes) applyChange(ledger.image, change);
    return "applied";
  }

  unfinished(tenantId: string): readonly UnfinishedReservation[] {
    return this.ready(tenantId)?.image.unfinished() ?? [];
  }

  /** The epoch in the tenant's meta, whatever its state. */
  #metaEpoch(tenantId: string): number | null {
    return this.#ledgers.get(tenantId)?.epoch ?? null;
  }

  /** Answers with the run id, or `superseded`. */
  beginSeeding(tenantId: string, epoch: number, mark: string): string {
    if ((this.#metaEpoch(tenantId) ?? 0) >= epoch) return "superseded";
    this.#seedings.set(`${tenantId} ${epoch}`, { mark, image: new LedgerImage() });
    return this.runId;
  }

  /** Into a namespace that a flush may have taken away meanwhile; it is then written all the same. */
  writeRows(tenantId: string, epoch: number, rows: Iterable<LedgerRow>): void {
    const key = `${tenantId} ${epoch}`;
    const mark = this.#seedings.get(key)?.mark ?? "";
    this.#seedings.set(key, { mark, image: LedgerImage.fromRows(rows) });
  }

  activate(
    tenantId: string,
    epoch: number,
    seeded: { readonly runId: string; readonly mark: string },
  ): "activated" | "superseded" {
    const seeding = this.#seedings.get(`${tenantId} ${epoch}`);
    if (this.#mutations.activatesUnchecked === true) {
      this.#ledgers.set(tenantId, { epoch, boundTo: this.runId, image: seeding?.image ?? new LedgerImage() });
      return "activated";
    }
    if (seeded.runId !== this.runId || seeding === undefined || seeding.mark !== seeded.mark) return "superseded";
    if ((this.#metaEpoch(tenantId) ?? 0) >= epoch) return "superseded";
    this.#ledgers.set(tenantId, { epoch, boundTo: this.runId, image: seeding.image });
    this.#seedings.delete(`${tenantId} ${epoch}`);
    return "activated";
  }

  get rosterEpoch(): number | null {
    const isOurs = this.#roster?.boundTo === this.runId || this.#mutations.ignoresRunId === true;
    return isOurs ? (this.#roster?.epoch ?? null) : null;
  }

  writeRoster(epoch: number, tenantIds: Iterable<string>): "written" | "superseded" {
    if ((this.#roster?.epoch ?? 0) >= epoch) return "superseded";
    this.#roster = { epoch, boundTo: this.runId, tenantIds: new Set(tenantIds) };
    return "written";
  }

  joinRoster(epoch: number, tenantId: string): "joined" | "known" | "fenced" {
    if (this.#roster === null || this.rosterEpoch !== epoch) return "fenced";
    if (this.#roster.tenantIds.has(tenantId) && this.#mutations.forgetsRoster !== true) return "known";
    this.#roster = { ...this.#roster, tenantIds: new Set([...this.#roster.tenantIds, tenantId]) };
    return "joined";
  }

  rows(tenantId: string): Iterable<LedgerRow> {
    return this.#ledgers.get(tenantId)?.image.rows() ?? [];
  }
}

/** A ledger that does not know what it has decided. */
function forgetful(image: LedgerImage): LedgerState {
  return new Proxy<LedgerState>(image, {
    get(_, key: keyof LedgerState) {
      if (key === "lead") return () => undefined;
      const value: unknown = image[key];
      return typeof value === "function" ? value.bind(image) : value;
    },
  });
}

export const REDIS_FAULTS = ["stale_failover", "empty_failover", "redis_restart", "flush"] as const;
export type RedisFault = (typeof REDIS_FAULTS)[number];

/** A primary, and a replica that lags. Old primaries live on for those who are still connected to them. */
export class RedisSetup {
  primary: RedisServer;
  #replica: RedisServer;
  readonly #mutations: RedisMutations;
  #servers = 1;

  constructor(mutations: RedisMutations) {
    this.#mutations = mutations;
    this.primary = new RedisServer("run-1", mutations);
    this.#replica = this.primary.successor("replica");
  }

  replicate(): void {
    this.#replica = this.primary.successor("replica");
  }

  inject(fault: RedisFault): void {
    this.#servers += 1;
    const runId = `run-${this.#servers}`;
    switch (fault) {
      case "stale_failover":
        this.primary = this.#replica.successor(runId);
        return;
      case "empty_failover":
        this.primary = new RedisServer(runId, this.#mutations);
        return;
      case "redis_restart":
        this.primary.isGone = true;
        this.primary = this.primary.successor(runId);
        return;
      case "flush":
        return this.primary.flush();
    }
  }
}
