import type { ReserveRequest } from "../../domain/ledger/reservation.ts";
import type { RedisClient } from "./connect.ts";
import type { PackedGrants } from "./packed-list.ts";
import { type Placed, placeReps } from "./place-reps.ts";
import { RepNames } from "./rep-names.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

export interface GroupPlaces {
  /** By grant. */
  readonly places: readonly number[];
  /** The same in order; one if the grants are in the order of their places and nobody else is between them. */
  readonly stretches: readonly Stretch[];
  readonly isOneStretch: boolean;
}

/** Where the reps of one tenant are in the strings of a ledger (place-reps.lua). That never changes, so it is kept. */
export class RepPlaces {
  readonly epoch: number;
  /** Of the ledger; null as long as it was not asked. */
  mark: string | null = null;
  /** By place. */
  readonly repIds: string[] = [];
  readonly names = new RepNames();
  readonly #places = new Map<string, number>();
  readonly #groups = new WeakMap<PackedGrants, GroupPlaces>();

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  learn(repIds: readonly string[], { mark, places }: Placed): void {
    this.mark = mark;
    repIds.forEach((repId, index) => {
      this.#places.set(repId, places[index]!);
      this.repIds[places[index]!] = repId;
      this.names.set(places[index]!, repId);
    });
  }

  /** @throws Error if the rep has none */
  placeOf(repId: string): number {
    const place = this.#places.get(repId);
    if (place === undefined) throw new Error("A rep has no place in the ledger.");
    return place;
  }

  /** Reps of the groups who have none yet, group by group: small ones first, so that a team stays together. */
  missing(groups: readonly PackedGrants[]): readonly string[] {
    const unknown = groups.filter((group) => !this.#groups.has(group));
    if (unknown.length === 0) return [];
    const repIds = new Set(unknown.toSorted(bySize).flatMap(({ grants }) => grants.map(({ repId }) => repId)));
    return Array.from(repIds).filter((repId) => !this.#places.has(repId));
  }

  ofGroup(group: PackedGrants): GroupPlaces {
    let known = this.#groups.get(group);
    if (known === undefined) {
      const places = group.grants.map(({ repId }) => this.placeOf(repId));
      const isOneStretch = places.every((place, index) => place === places[0]! + index);
      this.#groups.set(group, (known = { places, stretches: stretchesOf(places), isOneStretch }));
    }
    return known;
  }
}

/** Of equal size by the first rep, so that teams who share some reps are neighbours. */
function bySize({ grants: a }: PackedGrants, { grants: b }: PackedGrants): number {
  return a.length - b.length || (a.length > 0 && a[0]!.repId < b[0]!.repId ? -1 : 1);
}

/** The places that a process knows, by tenant. Those of another ledger than the one at hand are forgotten. */
export class KnownPlaces {
  readonly #tenants = new Map<string, RepPlaces>();

  /** Places of all reps of the groups; null for a fenced ledger. */
  async find(
    client: RedisClient,
    { tenantId, epoch }: ReserveRequest,
    groups: readonly PackedGrants[],
  ): Promise<RepPlaces | null> {
    const latest = this.#tenants.get(tenantId);
    const known = latest?.epoch === epoch ? latest : new RepPlaces(epoch);
    const missing = known.missing(groups);
    if (known.mark !== null && missing.length === 0) return known;
    const reply = await placeReps(client, { tenantId, epoch, repIds: missing });
    if (reply.kind === "fenced" || (known.mark !== null && known.mark !== reply.mark)) {
      this.forget(tenantId);
      return null;
    }
    known.learn(missing, reply);
    this.#tenants.set(tenantId, known);
    return known;
  }

  /** To be called when a ledger turned out to be another one. */
  forget(tenantId: string): void {
    this.#tenants.delete(tenantId);
  }
}
