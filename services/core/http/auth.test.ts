import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Fault } from "../domain/fault.ts";
import { indexKeys, parseApiKeys } from "./api-keys.ts";
import { createAuthenticate } from "./auth.ts";

const TOKEN = "fl_0123456789abcdefghijklmnop";
const EXPIRY_MS = Date.parse("2030-01-01T00:00:00Z");
const entry = {
  sha256: createHash("sha256").update(TOKEN).digest("hex"),
  principalId: "crm",
  tenantId: "t1",
  role: "service",
  expiresAt: "2030-01-01T00:00:00Z",
};
const tenantExists = (tenantId: string): boolean => tenantId === "t1";

describe("authentication", () => {
  it("takes whoever calls for an admin of the default or the named tenant while it is off", () => {
    const authenticate = createAuthenticate({ mode: "off", defaultTenantId: "t1", tenantExists });
    expect(authenticate({})).toMatchObject({ principalId: "local", tenantId: "t1", nodeId: null, role: "admin" });
    expect(() => authenticate({ "fairlead-tenant": "t2" })).toThrow(
      expect.objectContaining({ code: "TENANT_UNKNOWN" }),
    );
  });

  it("lets a tenant that nobody knows yet found itself where a route allows it, under a name that may be part of keys", () => {
    const authenticate = createAuthenticate({ mode: "off", defaultTenantId: "t1", tenantExists });
    const named = (tenantId: string) => authenticate({ "fairlead-tenant": tenantId }, { mayBeNewTenant: true });
    expect(named("acme-2.eu")).toMatchObject({ tenantId: "acme-2.eu", role: "admin" });
    for (const impossible of ["{a}", "a b", ".hidden", "x".repeat(65)]) {
      expect(() => named(impossible)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
    }
  });

  it("knows a key until its expiry, to the millisecond", () => {
    let nowMs = EXPIRY_MS - 1;
    const keys = indexKeys(parseApiKeys({ keys: [entry] }));
    const authenticate = createAuthenticate({
      mode: "keys",
      keys: () => keys,
      clock: () => nowMs,
      tenantExists,
    });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(authenticate(headers)).toEqual({
      principalId: "crm",
      tenantId: "t1",
      nodeId: null,
      role: "service",
      repId: null,
    });
    for (const wrong of [{}, { authorization: TOKEN }, { authorization: `Bearer ${TOKEN}x` }]) {
      expect(() => authenticate(wrong)).toThrow(expect.objectContaining({ code: "UNAUTHENTICATED" }));
    }
    expect(() => authenticate({ ...headers, "fairlead-tenant": "t2" })).toThrow(Fault);
    nowMs = EXPIRY_MS;
    expect(() => authenticate(headers)).toThrow(expect.objectContaining({ code: "UNAUTHENTICATED" }));
  });

  it.each([
    [{}, ""],
    [{ keys: [] }, "/keys"],
    [{ keys: [{ ...entry, sha256: TOKEN }] }, "/keys/0/sha256"],
    [{ keys: [entry, { ...entry, expiresAt: "soon" }] }, "/keys/1/expiresAt"],
    [{ keys: [{ ...entry, role: "rep" }] }, "/keys/0/repId"],
  ])("refuses a keys document with a fault in it, by its place", (document, at) => {
    expect(() => parseApiKeys(document)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", at }));
  });
});
