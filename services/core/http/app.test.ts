import { pino } from "pino";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { Fault } from "../domain/fault.ts";
import { buildHttpApp } from "./app.ts";
import { createAuthenticate } from "./auth.ts";

const schema = { summary: "A route", operationId: "route", response: { 200: Type.Object({ ok: Type.Boolean() }) } };

function build() {
  return buildHttpApp({
    logger: pino({ level: "silent" }),
    auth: createAuthenticate({ mode: "off", defaultTenantId: "t1", tenantExists: () => true }),
    openapi: { title: "Test", version: "1", description: "" },
    registry: new Registry(),
    health: {
      live: [],
      ready: [
        { name: "well", check() {} },
        { name: "ill", check: () => Promise.reject(new Error("secret")) },
        { name: "stuck", check: () => new Promise<void>(() => {}) },
      ],
      checkTimeoutMs: 20,
    },
    clock: () => 0,
  });
}

describe("buildHttpApp", () => {
  it("does not take a route that is not documented, or does not say who may call it", async () => {
    const app = await build();
    expect(() => app.get("/bare", async () => ({ ok: true }))).toThrow("has no summary");
    expect(() => app.get("/open", { schema }, async () => ({ ok: true }))).toThrow("who may call it");
    app.get("/fine", { schema, config: { access: ["admin"] } }, async () => ({ ok: true }));
    await app.close();
  });

  it("names the checks that fail, and not why", async () => {
    const app = await build();
    const answer = await app.inject("/readyz");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: "failing", checks: { well: "ok", ill: "failing", stuck: "failing" } });
    expect((await app.inject("/livez")).statusCode).toBe(200);
    await app.close();
  });

  it("answers faults by their code and keeps what nobody foresaw to itself", async () => {
    const app = await build();
    const config = { access: ["admin"] } as const;
    app.get("/unforeseen", { schema, config }, async () => {
      throw new Error("phone +13125550137");
    });
    app.get("/away", { schema, config }, async () => {
      throw new Fault("LOG_UNAVAILABLE", "The log is away", { retriable: true });
    });
    app.get("/managers", { schema, config: { access: ["manager"] } }, async () => ({ ok: true }));
    const unforeseen = await app.inject("/unforeseen");
    expect(unforeseen.json()).toEqual({
      type: "urn:fairlead:problem:INTERNAL",
      title: "Internal error",
      status: 500,
      code: "INTERNAL",
      instance: "/unforeseen",
    });
    const away = await app.inject("/away?token=secret");
    expect(away.headers["retry-after"]).toMatch(/^[1-4]$/);
    expect(away.json()).toMatchObject({ status: 503, code: "LOG_UNAVAILABLE", instance: "/away" });
    expect((await app.inject("/managers")).json()).toMatchObject({ status: 403, code: "FORBIDDEN" });
    await app.close();
  });
});
