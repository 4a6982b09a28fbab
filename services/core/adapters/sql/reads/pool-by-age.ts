import type { LeadState } from "../../../domain/decision/lead-state.ts";
import type { Page, PageRequest, ReadScope } from "../../../ports/store.ts";
import { cutPage, decodeCursor, encodeCursor } from "../cursor.ts";
import { decodeLeads } from "../lead-row.ts";
import { scopeValues } from "../scope.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";

/** Behind this key lies the whole pool. */
export const POOL_START: PoolAgeKey = [Number.MIN_SAFE_INTEGER, ""];

export type PoolAgeKey = readonly [sinceMs: number, leadId: string];

export interface PoolAgeInput {
  readonly scope: ReadScope;
  readonly poolId: string;
  readonly after: PoolAgeKey;
  readonly limit: number;
}

const selectPoolByAge = defineStatement({
  file: new URL("./pool-by-age.sql", import.meta.url),
  encode: ({ scope, poolId, after, limit }: PoolAgeInput) => [...scopeValues(scope), poolId, ...after, limit],
  decode: decodeLeads,
});

export async function poolByAge(
  runner: SqlRunner,
  scope: ReadScope,
  { poolId, page }: { readonly poolId: string; readonly page: PageRequest },
): Promise<Page<LeadState>> {
  const listing = ["pool", poolId];
  const after = decodeCursor(page.after, listing, ["integer", "text"]) ?? POOL_START;
  const rows = await selectPoolByAge(runner, { scope, poolId, after, limit: page.limit + 1 });
  return cutPage(rows, page.limit, ({ sinceMs, leadId }) => encodeCursor(listing, [sinceMs, leadId]));
}
