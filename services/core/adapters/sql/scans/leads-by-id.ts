import type { LeadState } from "../../../domain/decision/lead-state.ts";
import { decodeLeads } from "../lead-row.ts";
import type { SqlRunner } from "../session.ts";
import { defineStatement } from "../statement.ts";

const BATCH_LEADS = 500;

const selectLeadsById = defineStatement({
  file: new URL("./leads-by-id.sql", import.meta.url),
  encode: ({ tenantId, afterId }: { readonly tenantId: string; readonly afterId: string }) => [
    tenantId,
    afterId,
    BATCH_LEADS,
  ],
  decode: decodeLeads,
});

/** Each batch is read by itself: a lead may change between two of them, but none is missed or seen twice. */
export async function* allLeads(runner: SqlRunner, tenantId: string): AsyncGenerator<readonly LeadState[]> {
  let afterId: string | undefined = "";
  while (afterId !== undefined) {
    const leads: readonly LeadState[] = await selectLeadsById(runner, { tenantId, afterId });
    if (leads.length > 0) yield leads;
    afterId = leads.length < BATCH_LEADS ? undefined : leads.at(-1)?.leadId;
  }
}
