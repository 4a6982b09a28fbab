import type { ReadScope } from "../../ports/store.ts";
import { textArray } from "./binary-array.ts";
import type { SqlValue } from "./session.ts";

/** The first two parameters of every scoped statement: tenant, and node ids or null for all of them. */
export function scopeValues({ tenantId, nodeIds }: ReadScope): readonly [SqlValue, SqlValue] {
  return [tenantId, nodeIds === null ? null : textArray(nodeIds)];
}
