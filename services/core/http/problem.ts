import type { FastifyReply } from "fastify";
import type { Fault, FaultCode } from "../domain/fault.ts";

/** RFC 9457 problem document. `code` is stable; `pointer` is a JSON pointer into the body. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** A fault code, a refusal reason of SPEC §2, or `INTERNAL`. */
  readonly code: string;
  readonly detail?: string;
  readonly pointer?: string;
  readonly errors?: readonly ProblemEntry[];
  /** Sent as `Retry-After`: the same request may succeed later. */
  readonly retryAfterSeconds?: number;
}

export interface ProblemEntry {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Complete by type: a new fault code does not compile without its answer. */
const ANSWERS = {
  BACKLOGGED: [429, "Leads come faster than they are decided"],
  BODY_MALFORMED: [400, "The body cannot be read"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  CONFIG_INVALID: [500, "Internal error"],
  CONTENT_TYPE_UNSUPPORTED: [415, "The content type is not supported"],
  CURSOR_INVALID: [400, "The cursor is not one of ours"],
  DATA_DIR_LOCKED: [500, "Internal error"],
  FORBIDDEN: [403, "The caller may not do this"],
  GEOMETRY_INVALID: [422, "The geometry is not valid"],
  LEAD_INVALID: [422, "The lead is not valid"],
  LEAD_TOO_LARGE: [413, "The lead is too large"],
  LEDGER_UNAVAILABLE: [503, "The ledger is not available"],
  LOG_CORRUPT: [500, "Internal error"],
  LOG_UNAVAILABLE: [503, "The log is not available"],
  NOT_FOUND: [404, "Not found"],
  OVERLOADED: [503, "Too much work at once"],
  PLAN_INVALID: [422, "The plan is not valid"],
  RECORD_UNDECODABLE: [500, "Internal error"],
  REQUEST_INVALID: [422, "The request is not valid"],
  STORE_UNAVAILABLE: [503, "The store is not available"],
  TENANT_UNKNOWN: [404, "The tenant is unknown"],
  UNAUTHENTICATED: [401, "Credentials are missing or not valid"],
} as const satisfies Record<FaultCode, readonly [number, string]>;

/** Seconds, from and to: spread, so that those who were refused together do not come back together. */
const RETRY_AFTER: Readonly<Record<number, readonly [number, number]>> = { 429: [5, 15], 503: [1, 4] };
const INTERNAL: Problem = { status: 500, title: "Internal error", code: "INTERNAL" };

/** What a fault looks like from outside. Of a fault that is ours alone nothing but its code is told. */
export function problemOfFault({ code, message, at }: Fault): Problem {
  const [status, title] = ANSWERS[code];
  if (status === 500) return { ...INTERNAL, code };
  const isPointer = at !== undefined && (at === "" || at.startsWith("/"));
  return {
    status,
    title,
    code,
    detail: at === undefined || isPointer ? message : `${message} (${at})`,
    ...(isPointer && { pointer: at }),
    ...retryAfter(status),
  };
}

function retryAfter(status: number): { readonly retryAfterSeconds?: number } {
  const range = RETRY_AFTER[status];
  if (range === undefined) return {};
  const [from, to] = range;
  return { retryAfterSeconds: from + Math.floor(Math.random() * (to - from + 1)) };
}

/** An error nobody foresaw: its message may hold anything, so none of it is told. */
export function internalProblem(): Problem {
  return INTERNAL;
}

/** Sends a problem as the answer; errors that are thrown come here through the error handler. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfterSeconds, ...members } = problem;
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", String(retryAfterSeconds));
  if (problem.status === 401) void reply.header("www-authenticate", 'Bearer realm="fairlead"');
  const [instance] = reply.request.url.split("?", 1);
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .serializer(JSON.stringify)
    .send({ type: `urn:fairlead:problem:${problem.code}`, ...members, instance });
}
