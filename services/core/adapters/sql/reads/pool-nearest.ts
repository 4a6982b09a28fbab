import type { PoolLead, ReadScope } from "../../../ports/store.ts";
import { decodeLead } from "../lead-row.ts";
import { float } from "../row.ts";
import { scopeValues } from "../scope.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";
import { boxAround, EVERYWHERE_METERS, type Place } from "./box-around.ts";

export type DistanceKey = readonly [distanceMeters: number, leadId: string];

export interface NearestInput {
  readonly scope: ReadScope;
  readonly poolId: string;
  readonly near: Place;
  readonly after: DistanceKey;
  readonly limit: number;
}

interface RadiusInput extends NearestInput {
  readonly radiusMeters: number;
}

/** A placed lead of the pool; its distance is a number. */
export interface PlacedLead extends PoolLead {
  readonly distanceMeters: number;
}

const FIRST_RADIUS_METERS = 2_000;
/** Each further circle has 16 times the area, so all circles together cost little more than the last. */
const WIDEN = 4;

const selectWithin = defineStatement({
  file: new URL("./pool-nearest.sql", import.meta.url),
  encode({ scope, poolId, near, radiusMeters, after, limit }: RadiusInput) {
    const { south, north, west, east, beyond } = boxAround(near, radiusMeters);
    const circle = [near.latitudeDeg, near.longitudeDeg, radiusMeters];
    const box = [south, north, west, east, beyond.west, beyond.east];
    return [...scopeValues(scope), poolId, ...circle, ...box, ...after, limit];
  },
  decode: (rows): readonly PlacedLead[] =>
    rows.map((row) => ({ state: decodeLead(row), distanceMeters: float(row, "distance_meters") })),
});

/** Widens the circle until it holds enough leads, so that a city's pool is not sorted for the ten next to a rep. */
export async function poolNearest(runner: SqlRunner, input: NearestInput): Promise<readonly PlacedLead[]> {
  let radiusMeters = Math.max(FIRST_RADIUS_METERS, input.after[0] * 2);
  for (;;) {
    const everywhere = radiusMeters * WIDEN > EVERYWHERE_METERS;
    const found = await selectWithin(runner, {
      ...input,
      radiusMeters: everywhere ? EVERYWHERE_METERS : radiusMeters,
    });
    if (found.length >= input.limit || everywhere) return found;
    radiusMeters *= WIDEN;
  }
}
