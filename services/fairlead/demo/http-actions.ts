import type { ActionOutcome, OwnedLead, RepActions } from "./rep-actions.ts";

interface LeadView {
  readonly leadId: string;
  readonly since: string;
  readonly lastFollowUpAt?: string | null;
}

const PAGE = 100;

/** Simulated reps act through the same door as a CRM would. */
export function createHttpActions(baseUrl: string, headers: Readonly<Record<string, string>>): RepActions {
  async function list<T>(path: string): Promise<readonly T[]> {
    const response = await fetch(`${baseUrl}${path}?limit=${PAGE}`, { headers });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
    return ((await response.json()) as { readonly items: readonly T[] }).items;
  }

  async function command(leadId: string, name: string, body: object): Promise<ActionOutcome> {
    const response = await fetch(`${baseUrl}/v1/leads/${encodeURIComponent(leadId)}/${name}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { readonly code?: string };
    if (response.ok) return { kind: "done" };
    if (response.status >= 500) throw new Error(`${name} answered ${response.status}`);
    return { kind: "refused", reason: answer.code ?? String(response.status) };
  }

  return {
    async listPrivatePool(repId) {
      const leads = await list<LeadView>(`/v1/reps/${encodeURIComponent(repId)}/private-pool`);
      return leads.map(({ leadId, since, lastFollowUpAt }): OwnedLead => ({
        leadId,
        assignedAtMs: Date.parse(since),
        lastFollowUpAtMs: typeof lastFollowUpAt === "string" ? Date.parse(lastFollowUpAt) : null,
      }));
    },
    listPool: (poolId) => list(`/v1/pools/${encodeURIComponent(poolId)}/leads`),
    followUp: (leadId, _repId, kind) => command(leadId, "follow-ups", { kind }),
    release: (leadId, _repId, reason) => command(leadId, "release", { reason }),
    claim: (leadId, repId) => command(leadId, "claim", { repId }),
    convert: (leadId) => command(leadId, "convert", {}),
    close: (leadId, _repId, reason) => command(leadId, "close", { reason }),
  };
}
