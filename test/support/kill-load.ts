import { setTimeout as wait } from "node:timers/promises";
import type { OutcomeLine } from "../../services/capture/bulk/capture-bulk.ts";
import { leadAt, type LeadJson } from "./flow-tenant.ts";

/** Leads posted without a pause to a process that is killed again and again. */
export interface KillLoad {
  /** External ids of all that was ever sent, whether or not anybody answered. */
  readonly sent: ReadonlySet<string>;
  /** Lead id by external id, of all that was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Answers that broke off: the process was killed with these posts in its hands. */
  readonly cut: number;
  /** Leads that were made, also those that nobody took. */
  readonly made: number;
  stop(): Promise<void>;
}

const SINGLE_POSTERS = 4;
const BULK_LINES = 40;
const RETRY_MS = 50;

/** What an earlier load on the same directory has left. */
export interface KillHistory {
  /** Leads that were ever made: their numbers are not given again. */
  readonly made: number;
  readonly sent: readonly string[];
  readonly acknowledged: readonly (readonly [string, string])[];
  readonly cut: number;
}

export interface KillTarget {
  readonly baseUrl: string;
  readonly tenantId: string;
  /** Where all leads come from. */
  readonly square: readonly [number, number];
}

/** One poster sends bulks, the others lead by lead. None sends a lead twice. */
export function startKillLoad({ baseUrl, tenantId, square }: KillTarget, before: KillHistory): KillLoad {
  const sent = new Set<string>(before.sent);
  const acknowledged = new Map<string, string>(before.acknowledged);
  let { made, cut } = before;
  const stopping = new AbortController();

  async function post(leads: readonly LeadJson[], contentType: string): Promise<readonly Accepted[]> {
    const headers = { "fairlead-tenant": tenantId, "content-type": contentType };
    const body = leads.map((lead) => JSON.stringify(lead)).join("\n");
    const response = await fetch(`${baseUrl}/v1/leads`, { method: "POST", headers, body });
    return acceptedOf(await response.text());
  }

  async function postForever(count: number, contentType: string): Promise<void> {
    while (!stopping.signal.aborted) {
      const leads = Array.from({ length: count }, () => newLead());
      try {
        for (const { externalId, leadId } of await post(leads, contentType)) acknowledged.set(externalId, leadId);
      } catch (error) {
        if (isRefused(error)) for (const { externalId } of leads) sent.delete(externalId);
        else cut++;
        await wait(RETRY_MS);
      }
    }
  }

  function newLead(): SentLead {
    const externalId = `kill-${made++}`;
    sent.add(externalId);
    const source = { channel: "web_form", campaign: campaignOf(externalId) };
    return { ...leadAt(square, externalId, { source }), externalId };
  }

  const posters = [
    postForever(BULK_LINES, "application/x-ndjson"),
    ...Array.from({ length: SINGLE_POSTERS }, () => postForever(1, "application/json")),
  ];
  return {
    sent,
    acknowledged,
    get cut() {
      return cut;
    },
    get made() {
      return made;
    },
    async stop() {
      stopping.abort();
      await Promise.all(posters);
    },
  };
}

/** A text of any length that follows from the lead's name: what comes back torn or mixed up shows. */
export function campaignOf(externalId: string): string {
  const length = (Number(externalId.slice(externalId.indexOf("-") + 1)) * 37) % 400;
  return `${externalId}:`.repeat(Math.ceil(length / (externalId.length + 1))).slice(0, length);
}

type SentLead = LeadJson & { readonly externalId: string };

interface Accepted {
  readonly externalId: string;
  readonly leadId: string;
}

/** One JSON object, or one a line. A line that is cut, or says that it failed, acknowledges nothing. */
function acceptedOf(text: string): readonly Accepted[] {
  const lines = text.split("\n").filter((line) => line.endsWith("}"));
  return lines
    .map((line) => JSON.parse(line) as Partial<OutcomeLine> & Partial<Accepted>)
    .flatMap(({ externalId, leadId }) =>
      externalId === undefined || leadId === undefined ? [] : [{ externalId, leadId }],
    );
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}
