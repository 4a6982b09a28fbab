import type { ReadScope } from "../../ports/store.ts";
import type { SqlValue } from "./session.ts";
import { storableJson } from "./storable-text.ts";

/** The first two parameters of every scoped statement: tenant, and node ids or null for all of them. */
export function scopeValues({ tenantId, nodeIds }: ReadScope): readonly [SqlValue, SqlValue] {
  return [tenantId, nodeIds === null ? null : storableJson(nodeIds)];
}
