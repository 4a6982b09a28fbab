import { expect } from "vitest";
import type { OutcomeLine } from "../../services/capture/bulk/capture-bulk.ts";
import type { LeadView } from "../../services/desk/lead-view.ts";
import type { ExplanationView } from "../../services/desk/reads/explanation-view.ts";
import type { Change } from "../../services/desk/reads/history-view.ts";
import type { RepLoadView } from "../../services/desk/reads/load-view.ts";
import type { Flow } from "./flow-open.ts";
import { until } from "./flow-until.ts";
import type { PlanBody } from "./plan-builder.ts";

/** An answer of the API; problems have `code` and `pointer`. */
export interface Answer<Body = Problem> {
  readonly status: number;
  readonly body: Body;
}

export interface Problem {
  readonly code?: string;
  readonly pointer?: string;
  readonly [member: string]: unknown;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface Load extends Page<RepLoadView & { readonly freeSlots: number }> {
  readonly owned: number;
  readonly parked: number;
  readonly public: number;
}

export type LeadJson = Readonly<Record<string, unknown>>;

/** One tenant of an installation, as its capture systems and its CRM see it. */
export class Tenant {
  readonly tenantId: string;
  readonly #flow: Flow;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers instead of the tenant's name, as an API key. */
  constructor(
    flow: Flow,
    tenantId: string,
    headers: Readonly<Record<string, string>> = { "fairlead-tenant": tenantId },
  ) {
    this.tenantId = tenantId;
    this.#flow = flow;
    this.#headers = headers;
  }

  /** The same tenant for another caller. */
  as(headers: Readonly<Record<string, string>>): Tenant {
    return new Tenant(this.#flow, this.tenantId, headers);
  }

  /** Publishes a plan and waits until every door knows the tenant. @returns the version */
  async publish(plan: PlanBody): Promise<number> {
    const { status, body } = await this.tryPublish(plan);
    expect(body).toMatchObject({ version: expect.any(Number) });
    expect(status).toBe(201);
    const isKnown = ({ status }: Answer): boolean => status !== 404;
    await until(() => this.get("/v1/org/hq/load"), isKnown, { what: "the desk to know the tenant" });
    await until(() => this.capture("{"), isKnown, { what: "the capture door to know the tenant" });
    return (body as unknown as { version: number }).version;
  }

  tryPublish(plan: PlanBody): Promise<Answer> {
    return this.#json(`${this.#flow.planner}/v1/plans`, plan);
  }

  /** Posts a body to the capture door. */
  capture(body: string, contentType = "application/json"): Promise<Answer> {
    const headers = { ...this.#headers, "content-type": contentType };
    return answerOf(fetch(`${this.#flow.capture}/v1/leads`, { method: "POST", headers, body }));
  }

  /** Posts one lead, which must be accepted. @returns its id */
  async post(lead: LeadJson): Promise<string> {
    const { status, body } = await this.capture(JSON.stringify(lead));
    expect(body).toMatchObject({ leadId: expect.any(String) });
    expect(status).toBe(202);
    return String(body["leadId"]);
  }

  /** Uploads lines as NDJSON. @returns the outcome of each */
  async bulk(lines: readonly string[]): Promise<readonly OutcomeLine[]> {
    const response = await fetch(`${this.#flow.capture}/v1/leads`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/x-ndjson" },
      body: lines.join("\n"),
    });
    expect(response.status).toBe(202);
    const text = await response.text();
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as OutcomeLine);
  }

  get<Body = Problem>(path: string): Promise<Answer<Body>> {
    return answerOf(fetch(this.#flow.desk + path, { headers: this.#headers }));
  }

  /** A command on a lead: claim, release, transfer, follow-ups, convert, close, reopen. */
  act(leadId: string, command: string, body: object = {}): Promise<Answer<LeadView & Problem>> {
    return this.#json(`${this.#flow.desk}/v1/leads/${leadId}/${command}`, body) as Promise<Answer<LeadView & Problem>>;
  }

  /** The lead once it is as wanted; by default, once it has any state. */
  async lead(leadId: string, isRight: (lead: LeadView) => boolean = () => true): Promise<LeadView> {
    const { body } = await until(
      () => this.get<LeadView>(`/v1/leads/${leadId}`),
      ({ status, body }) => status === 200 && isRight(body),
      { what: `lead ${leadId}` },
    );
    return body;
  }

  /** Posts leads one after the other, each when the one before is decided. @returns them as they then are */
  async postInTurn(leads: readonly LeadJson[]): Promise<readonly LeadView[]> {
    const decided: LeadView[] = [];
    for (const lead of leads) decided.push(await this.lead(await this.post(lead)));
    return decided;
  }

  async history(leadId: string): Promise<readonly Change[]> {
    return (await this.get<{ items: readonly Change[] }>(`/v1/leads/${leadId}/history`)).body.items;
  }

  async explanation(leadId: string): Promise<ExplanationView> {
    return (await this.get<ExplanationView>(`/v1/leads/${leadId}/explanation`)).body;
  }

  /** How full a node is, once that is as wanted. */
  async load(nodeId = "hq", isRight: (load: Load) => boolean = () => true): Promise<Load> {
    const { body } = await until(
      () => this.get<Load>(`/v1/org/${nodeId}/load?limit=200`),
      ({ status, body }) => status === 200 && isRight(body),
      { what: `the load of ${nodeId}` },
    );
    return body;
  }

  /** Every item of a list, page by page. */
  async pages<Item>(path: string, limit: number): Promise<readonly (readonly Item[])[]> {
    const pages: (readonly Item[])[] = [];
    let after = "";
    do {
      const query = `${path.includes("?") ? "&" : "?"}limit=${limit}${after}`;
      const { body } = await this.get<Page<Item>>(path + query);
      pages.push(body.items);
      after = body.next === null ? "" : `&after=${encodeURIComponent(body.next)}`;
    } while (after !== "");
    return pages;
  }

  /** Opens the live stream. */
  stream(headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    return fetch(`${this.#flow.desk}/v1/stream`, { headers: { ...this.#headers, ...headers }, signal });
  }

  #json(url: string, body: object): Promise<Answer> {
    const headers = { ...this.#headers, "content-type": "application/json" };
    return answerOf(fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
  }
}

async function answerOf<Body>(sent: Promise<Response>): Promise<Answer<Body>> {
  const response = await sent;
  return { status: response.status, body: (await response.json()) as Body };
}

/** A lead in the middle of a square, without a contact, so that it is nobody's duplicate. */
export function leadAt([west, south]: readonly [number, number], externalId: string, more: LeadJson = {}): LeadJson {
  return {
    externalId,
    source: { channel: "web_form" },
    location: { latitude: south + 0.5, longitude: west + 0.5 },
    ...more,
  };
}

/** Names the leads of a scenario: `lead-1`, `lead-2`, … */
export function leadsAt(square: readonly [number, number], count: number, more: LeadJson = {}): readonly LeadJson[] {
  return Array.from({ length: count }, (_, index) => leadAt(square, `lead-${index + 1}`, more));
}
