import type { LeadState } from "../../../domain/decision/lead-state.ts";
import type { Page, PageRequest, ReadScope } from "../../../ports/store.ts";
import { cutPage, decodeCursor, encodeCursor } from "../cursor.ts";
import { decodeLeads } from "../lead-row.ts";
import { scopeValues } from "../scope.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";

/** Stands for "never falls due", in the statement and in its index too. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

interface PrivatePoolInput {
  readonly scope: ReadScope;
  readonly repId: string;
  readonly after: readonly [dueMs: number, sinceMs: number, leadId: string];
  readonly limit: number;
}

const selectPrivatePool = defineStatement({
  file: new URL("./private-pool.sql", import.meta.url),
  encode: ({ scope, repId, after, limit }: PrivatePoolInput) => [...scopeValues(scope), repId, ...after, limit],
  decode: decodeLeads,
});

export async function privatePool(
  runner: SqlRunner,
  scope: ReadScope,
  { repId, page }: { readonly repId: string; readonly page: PageRequest },
): Promise<Page<LeadState>> {
  const listing = ["private-pool", repId];
  const after = decodeCursor(page.after, listing, ["integer", "integer", "text"]);
  const start = after ?? ([Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, ""] as const);
  const rows = await selectPrivatePool(runner, { scope, repId, after: start, limit: page.limit + 1 });
  return cutPage(rows, page.limit, ({ dueAtMs, sinceMs, leadId }) =>
    encodeCursor(listing, [dueAtMs ?? NEVER_MS, sinceMs, leadId]),
  );
}
