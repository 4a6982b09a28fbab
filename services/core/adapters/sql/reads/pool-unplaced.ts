import { decodeLeads } from "../lead-row.ts";
import { scopeValues } from "../scope.ts";
import { defineStatement } from "../statement.ts";
import type { PoolAgeInput } from "./pool-by-age.ts";

export const poolUnplaced = defineStatement({
  file: new URL("./pool-unplaced.sql", import.meta.url),
  encode: ({ scope, poolId, after, limit }: PoolAgeInput) => [...scopeValues(scope), poolId, ...after, limit],
  decode: decodeLeads,
});
