import type { FastifyInstance, FastifyRequest } from "fastify";
import { Fault } from "../domain/fault.ts";
import type { Clock } from "../domain/lead/clock.ts";
import { findPrincipal, type KeyIndex } from "./api-keys.ts";
import type { Principal, Role } from "./principal.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may call the route. Every route says so, or the app does not start. */
    readonly access?: "public" | readonly Role[];
    /** The route makes its caller's tenant known, so it need not be yet. */
    readonly foundsTenant?: boolean;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface AuthenticateOptions {
  /** For the route that publishes a tenant's first plan. */
  readonly mayBeNewTenant?: boolean;
}

/** @throws Fault UNAUTHENTICATED or TENANT_UNKNOWN; REQUEST_INVALID for a new tenant of an impossible name. */
export type Authenticate = (headers: Headers, options?: AuthenticateOptions) => Principal;

export interface LocalAuth {
  /** Only while listening on loopback; the composition root refuses anything else (SPEC §11). */
  readonly mode: "off";
  readonly defaultTenantId: string;
  readonly tenantExists: (tenantId: string) => boolean;
}

export interface KeyAuth {
  readonly mode: "keys";
  /** As they are at the moment. */
  readonly keys: () => KeyIndex;
  readonly clock: Clock;
  readonly tenantExists: (tenantId: string) => boolean;
}

const TENANT_HEADER = "fairlead-tenant";
/** Of new tenants: the id becomes part of keys, and of commands that people type. */
const NEW_TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const BEARER = /^Bearer (fl_[A-Za-z0-9_-]{20,128})$/i;

export function createAuthenticate(auth: LocalAuth | KeyAuth): Authenticate {
  const identify = auth.mode === "off" ? (headers: Headers) => localPrincipal(headers, auth) : byKey(auth);
  return function authenticate(headers, { mayBeNewTenant = false } = {}) {
    const principal = identify(headers);
    if (auth.tenantExists(principal.tenantId)) return principal;
    if (!mayBeNewTenant) throw new Fault("TENANT_UNKNOWN", "There is no such tenant");
    if (NEW_TENANT_ID.test(principal.tenantId)) return principal;
    throw new Fault("REQUEST_INVALID", "A tenant id is 1 to 64 letters, digits, dots, dashes and underscores");
  };
}

function localPrincipal(headers: Headers, { defaultTenantId }: LocalAuth): Principal {
  const named = headers[TENANT_HEADER];
  const tenantId = typeof named === "string" && named !== "" ? named : defaultTenantId;
  return { principalId: "local", tenantId, nodeId: null, role: "admin", repId: null };
}

function byKey({ keys, clock }: KeyAuth): (headers: Headers) => Principal {
  return (headers) => keyPrincipal(headers, keys(), clock());
}

function keyPrincipal(headers: Headers, index: KeyIndex, nowMs: number): Principal {
  const token = typeof headers["authorization"] === "string" ? BEARER.exec(headers["authorization"])?.[1] : undefined;
  const principal = token === undefined ? null : findPrincipal(index, token, nowMs);
  // One answer for missing, malformed, unknown and expired: which of them it was helps nobody honest.
  if (principal === null) throw new Fault("UNAUTHENTICATED", "Send a valid API key as a bearer token");
  const named = headers[TENANT_HEADER];
  if (named !== undefined && named !== principal.tenantId) {
    throw new Fault("TENANT_UNKNOWN", "There is no such tenant");
  }
  return principal;
}

/** Before anything of the body is read: who is it, and may the role do this at all? */
export function authenticateRequests(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest("principal", null);
  app.addHook("onRequest", async (request) => {
    // An unknown path is answered by the 404 handler, for everyone alike.
    if (request.is404) return;
    const { access = [], foundsTenant = false } = request.routeOptions.config;
    if (access === "public") return;
    const principal = authenticate(request.headers, { mayBeNewTenant: foundsTenant });
    request.principal = principal;
    if (!access.includes(principal.role)) throw new Fault("FORBIDDEN", "The caller's role may not do this");
  });
}

/** The caller of a route that is not public. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error("A public route asked for a principal");
  return principal;
}
