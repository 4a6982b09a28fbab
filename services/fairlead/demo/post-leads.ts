import { setTimeout as delay } from "node:timers/promises";
import type { DemoLead } from "./lead-stream.ts";

/** Posts leads as one NDJSON upload. @returns how many were accepted */
export async function postLeads(
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
  leads: readonly DemoLead[],
): Promise<number> {
  const response = await fetch(`${baseUrl}/v1/leads`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/x-ndjson" },
    body: leads.map((lead) => `${JSON.stringify(lead)}\n`).join(""),
  });
  if (!response.ok) throw new Error(`POST /v1/leads answered ${response.status}`);
  const outcomes = (await response.text()).trimEnd().split("\n");
  return outcomes.filter((line) => (JSON.parse(line) as { status: string }).status === "accepted").length;
}

const POLL_MS = 250;

export interface OwnedDemoLead {
  readonly leadId: string;
  readonly repId: string;
  readonly nodeId: string;
  /** `latitude,longitude` */
  readonly near: string;
}

/** Waits for the first assignment on the live stream and answers its lead, or null once aborted. */
export async function waitForOwner(
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<OwnedDemoLead | null> {
  while (!signal.aborted) {
    try {
      const response = await fetch(`${baseUrl}/v1/stream`, { headers, signal });
      for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const leadId = /"leadId":"([^"]+)"/.exec(text)?.[1];
        if (leadId === undefined || !text.includes("event: assigned")) continue;
        const lead = await readOwned(`${baseUrl}/v1/leads/${leadId}`, headers);
        if (lead !== null) return lead;
      }
    } catch {
      // The stream may end at any time; it is opened again until the signal.
    }
    await delay(POLL_MS);
  }
  return null;
}

interface LeadAnswer {
  readonly leadId: string;
  readonly nodeId: string;
  readonly owner: { readonly repId: string } | null;
  readonly location: { readonly latitude: number | null; readonly longitude: number | null };
}

async function readOwned(url: string, headers: Readonly<Record<string, string>>): Promise<OwnedDemoLead | null> {
  const response = await fetch(url, { headers });
  if (!response.ok) return null;
  const { leadId, nodeId, owner, location } = (await response.json()) as LeadAnswer;
  if (owner === null || location.latitude === null || location.longitude === null) return null;
  return { leadId, nodeId, repId: owner.repId, near: `${location.latitude},${location.longitude}` };
}
