import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded, repOf, type Opened } from "./http-open-embedded.ts";

const LEAD = {
  externalId: "web-7731",
  source: { channel: "web_form", campaign: "spring", referrer: "https://example.com" },
  contact: { name: "Ana Ruiz", phone: "+13125550137", email: "ana@example.com" },
  company: { name: "Ruiz Tools" },
  location: { latitude: 41.88, longitude: -87.63 },
  product: "forklift",
  attributes: { employees: 40 },
  intent: { status: "interested", timing: "within_1_month" },
};

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { line: number; status: string; leadId?: string; code?: string });

describe("POST /v1/leads", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openEmbedded([repOf("ana", "north-a")]);
  });
  afterAll(() => opened.close());

  const post = (payload: string | Buffer, contentType = "application/json", headers: Record<string, string> = {}) =>
    opened.app.inject({
      method: "POST",
      url: "/v1/leads",
      payload,
      headers: { "content-type": contentType, ...headers },
    });
  it("accepts a lead, and the same one again under the same id", async () => {
    const first = await post(JSON.stringify(LEAD));
    const second = await post(JSON.stringify(LEAD));
    expect(first.statusCode).toBe(202);
    expect(first.json()).toEqual({ leadId: expect.any(String), externalId: "web-7731" });
    expect(second.json()).toEqual(first.json());
    expect(first.headers["x-content-type-options"]).toBe("nosniff");
  });

  it("says everything that is wrong with a lead, by pointer, and never its value", async () => {
    const answer = await post(JSON.stringify({ ...LEAD, source: {}, contact: { phone: 5551234 }, colour: "Canary" }));
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const problem = answer.json<{ code: string; errors: { pointer: string }[] }>();
    expect(problem.code).toBe("LEAD_INVALID");
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual([
      "/colour",
      "/contact/phone",
      "/source/channel",
    ]);
    expect(answer.payload).not.toContain("Canary");
    expect(answer.payload).not.toContain("5551234");
  });

  it("refuses another tenant's lead", async () => {
    const answer = await post(JSON.stringify({ ...LEAD, tenantId: "t2" }));
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ pointer: "/tenantId" });
  });

  it("tells where JSON is broken, what type it does not take, and what is too large", async () => {
    const broken = await post('{"externalId": "a",\n "contact": ?}');
    expect(broken.statusCode).toBe(400);
    expect(broken.json()).toMatchObject({
      code: "BODY_MALFORMED",
      detail: expect.stringContaining("line 2, column 13"),
    });
    expect((await post("x", "text/plain")).json()).toMatchObject({ status: 415, code: "CONTENT_TYPE_UNSUPPORTED" });
    const large = await post(JSON.stringify({ ...LEAD, product: "x".repeat(70_000) }));
    expect(large.json()).toMatchObject({ status: 413, code: "BODY_TOO_LARGE" });
  });

  it("takes the good lines of a 10,001-line bulk with three bad ones", async () => {
    const before = await opened.endOffsets();
    const upload = Array.from({ length: 10_001 }, (_, i) => JSON.stringify({ ...LEAD, externalId: `bulk-${i}` }));
    upload[10] = "{";
    upload[5_000] = JSON.stringify({ externalId: "no-source" });
    upload[10_000] = JSON.stringify({ ...LEAD, product: "x".repeat(70_000) });
    const answer = await post(upload.join("\n"), "application/x-ndjson");
    expect(answer.statusCode).toBe(202);
    const outcomes = lines(answer.payload);
    expect(outcomes.map(({ line }) => line)).toEqual(upload.map((_, i) => i + 1));
    expect(outcomes.filter(({ status }) => status === "accepted")).toHaveLength(9_998);
    expect(outcomes.filter(({ status }) => status !== "accepted")).toMatchObject([
      { line: 11, status: "rejected", code: "BODY_MALFORMED" },
      { line: 5_001, status: "rejected", code: "required", pointer: "/source/channel" },
      { line: 10_001, status: "rejected", code: "LEAD_TOO_LARGE" },
    ]);
    expect((await opened.endOffsets()) - before).toBe(9_998);
  });

  it("takes an upload from a real connection, a piece at a time, and answers the lines as they become durable", async () => {
    const baseUrl = await opened.app.listen({ host: "127.0.0.1", port: 0 });
    const upload = new TransformStream<Uint8Array, Uint8Array>();
    const writer = upload.writable.getWriter();
    const answering = fetch(`${baseUrl}/v1/leads`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: upload.readable,
      duplex: "half",
    });
    await writer.write(Buffer.from(`${JSON.stringify({ ...LEAD, externalId: "live-1" })}\n`));
    const answer = await answering;
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('"line":1,"status":"accepted"');
    await writer.write(Buffer.from(JSON.stringify({ ...LEAD, externalId: "live-2" })));
    await writer.close();
    const second = await reader?.read();
    expect(Buffer.from(second?.value ?? []).toString()).toContain('"line":2,"status":"accepted"');
    expect((await reader?.read())?.done).toBe(true);
  });

  it("reads CSV with quotes, and gives the same lead as JSON", async () => {
    const csv = [
      "externalId,source.channel,company.name,location.latitude,location.longitude,attributes.employees",
      'web-7731,web_form,"Ruiz, ""Tools""\nInc.",41.88,-87.63,40',
      "c-2,web_form,,not a number,-87.63,",
      "c-3,web_form",
    ].join("\r\n");
    const answer = await post(csv, "text/csv; charset=utf-8");
    const outcomes = lines(answer.payload);
    const json = await post(JSON.stringify(LEAD));
    expect(outcomes).toMatchObject([
      { line: 2, status: "accepted", leadId: json.json<{ leadId: string }>().leadId },
      { line: 4, status: "rejected", code: "wrong_type", pointer: "/location/latitude" },
      { line: 5, status: "rejected", code: "BODY_MALFORMED" },
    ]);
  });

  it("refuses a CSV header it cannot use before anything is taken", async () => {
    const answer = await post("externalId,__proto__.x\r\na,b\r\n", "text/csv");
    expect(answer.json()).toMatchObject({ status: 422, code: "REQUEST_INVALID" });
  });

  it("replays the answer of an Idempotency-Key, and refuses it for another body", async () => {
    const headers = { "idempotency-key": "k-1" };
    const first = await post(JSON.stringify(LEAD), "application/json", headers);
    const again = await post(JSON.stringify(LEAD), "application/json", headers);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.json()).toEqual(first.json());
    const other = await post(JSON.stringify({ ...LEAD, product: "crane" }), "application/json", headers);
    expect(other.json()).toMatchObject({ status: 422, code: "REQUEST_INVALID" });
  });

  it("answers unknown paths and tenants with problems", async () => {
    expect((await opened.app.inject("/nowhere")).json()).toMatchObject({ status: 404, code: "NOT_FOUND" });
    const other = await post(JSON.stringify(LEAD), "application/json", { "fairlead-tenant": "t2" });
    expect(other.json()).toMatchObject({ status: 404, code: "TENANT_UNKNOWN" });
  });

  it("documents every route in OpenAPI 3.1, and serves probes and metrics", async () => {
    const document = (await opened.app.inject("/v1/openapi.json")).json<{
      openapi: string;
      paths: Record<string, Record<string, { operationId?: string; responses?: object }>>;
    }>();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/livez",
      "/metrics",
      "/readyz",
      "/v1/leads",
      "/v1/leads/{leadId}",
      "/v1/leads/{leadId}/claim",
      "/v1/leads/{leadId}/close",
      "/v1/leads/{leadId}/convert",
      "/v1/leads/{leadId}/explanation",
      "/v1/leads/{leadId}/follow-ups",
      "/v1/leads/{leadId}/history",
      "/v1/leads/{leadId}/release",
      "/v1/leads/{leadId}/reopen",
      "/v1/leads/{leadId}/transfer",
      "/v1/openapi.json",
      "/v1/org/{nodeId}/load",
      "/v1/pools/{poolId}/leads",
      "/v1/reps/{repId}/private-pool",
      "/v1/stream",
    ]);
    for (const operations of Object.values(document.paths)) {
      for (const operation of Object.values(operations)) expect(operation.operationId).toBeTruthy();
    }
    expect((await opened.app.inject("/readyz")).json()).toEqual({ status: "ok", checks: { store: "ok" } });
    expect((await opened.app.inject("/metrics")).payload).toContain('route="/v1/leads"');
  });
});
