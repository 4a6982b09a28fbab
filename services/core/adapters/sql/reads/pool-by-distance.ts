import type { Page, PageRequest, PoolLead, ReadScope } from "../../../ports/store.ts";
import { cutPage, decodeCursor, encodeCursor } from "../cursor.ts";
import type { SqlRunner } from "../session.ts";
import type { Place } from "./box-around.ts";
import { POOL_START, type PoolAgeKey } from "./pool-by-age.ts";
import { type DistanceKey, poolNearest } from "./pool-nearest.ts";
import { poolUnplaced } from "./pool-unplaced.ts";

export interface PoolNearRequest {
  readonly poolId: string;
  readonly near: Place;
  readonly page: PageRequest;
}

/** Behind this key lies every placed lead. */
const NEAREST_START: DistanceKey = [-1, ""];

/** Nearest first; leads without a position come last, longest in the pool first, so that none is out of reach. */
export async function poolByDistance(
  runner: SqlRunner,
  scope: ReadScope,
  { poolId, near, page }: PoolNearRequest,
): Promise<Page<PoolLead>> {
  const listing = ["pool-near", poolId, near.latitudeDeg, near.longitudeDeg];
  const after = decodeCursor(page.after, listing, ["text", "number", "text"]);
  const [phase, sortKey, leadId] = after ?? ["placed", ...NEAREST_START];
  const wanted = page.limit + 1;
  const rows: PoolLead[] = [];
  if (phase === "placed") {
    rows.push(...(await poolNearest(runner, { scope, poolId, near, after: [sortKey, leadId], limit: wanted })));
  }
  if (rows.length < wanted) {
    const start: PoolAgeKey = phase === "placed" ? POOL_START : [Math.trunc(sortKey), leadId];
    const unplaced = await poolUnplaced(runner, { scope, poolId, after: start, limit: wanted - rows.length });
    rows.push(...unplaced.map((state) => ({ state, distanceMeters: null })));
  }
  return cutPage(rows, page.limit, ({ state, distanceMeters }) =>
    encodeCursor(
      listing,
      distanceMeters === null ? ["unplaced", state.sinceMs, state.leadId] : ["placed", distanceMeters, state.leadId],
    ),
  );
}
