import type { WindowScope } from "../../domain/ledger/reservation.ts";

/**
 * Every key of the ledger. The tenant is the hash tag, so that one script may touch all of a tenant's keys; each epoch
 * has a namespace of its own, so that what an old replica kept can never mix with a newer ledger.
 *
 * The scripts derive the same names from the meta key (ledger-preamble.lua). One string is theirs alone: `room:<scope>`, what
 * windows certainly leave room for (reserve-windows.lua). It is no part of the ledger.
 */
export const metaKey = (tenantId: string): string => `fl:{${tenantId}}:meta`;

export interface LedgerKeys {
  /** Lead id → record. */
  readonly lead: string;
  /** Rep id → packed fill, of reps who have no place yet. */
  readonly fill: string;
  /** Packed fills of the others, one behind the other. */
  readonly fills: string;
  /** Rep id → place in `fills`, from 0 (place-reps.lua). The scripts have the other way round, too. */
  readonly place: string;
  /** Node id → number. */
  readonly floor: string;
  /** Identity key → lead id. */
  readonly identity: string;
  readonly turn: string;
  /** Slot → channel of a reservation whose decision has not been seen in the log yet; from cycle 2 on. */
  readonly unconfirmed: string;
  /** Slot → rep id of slots that outlived the record of their lead: it goes over, and the end of its cycle is to come. */
  readonly leaving: string;
  /** There while rows are written, before activation. */
  readonly seeding: string;
  /** Time of the youngest window entry of all, in ms since epoch. */
  readonly clock: string;
  /** List of window entries (window-entry.ts), oldest first. */
  readonly window: (scope: WindowScope, repId: string) => string;
}

export function ledgerKeys(tenantId: string, epoch: number): LedgerKeys {
  const namespace = `fl:{${tenantId}}:e${epoch}:`;
  return {
    lead: `${namespace}lead`,
    fill: `${namespace}fill`,
    fills: `${namespace}fills`,
    place: `${namespace}place`,
    floor: `${namespace}floor`,
    identity: `${namespace}identity`,
    turn: `${namespace}turn`,
    unconfirmed: `${namespace}unconfirmed`,
    leaving: `${namespace}leaving`,
    seeding: `${namespace}seeding`,
    clock: `${namespace}clock`,
    window: (scope, repId) => `${namespace}window:${scope}:${repId}`,
  };
}

/** All namespaced keys of all tenants, for SCAN. */
export const NAMESPACED_KEYS = "fl:{*}:e*";

/** The tenant and epoch of a namespaced key, or null for any other. */
export function readNamespace(key: string): { readonly tenantId: string; readonly epoch: number } | null {
  const [, tenantId, epoch] = /^fl:\{([^}]*)\}:e(\d+):/u.exec(key) ?? [];
  return tenantId === undefined ? null : { tenantId, epoch: Number(epoch) };
}
