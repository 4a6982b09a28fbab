/**
 * Codes of everything that can go wrong, as opposed to be refused. Closed on purpose: each code has an HTTP status in
 * `core/http/problem.ts` and a line in the README, and a client may rely on it.
 */
export const FAULT_CODES = [
  "BACKLOGGED",
  "BODY_MALFORMED",
  "BODY_TOO_LARGE",
  "CONFIG_INVALID",
  "CONTENT_TYPE_UNSUPPORTED",
  "CURSOR_INVALID",
  "DATA_DIR_LOCKED",
  "FORBIDDEN",
  "GEOMETRY_INVALID",
  "LEAD_INVALID",
  "LEAD_TOO_LARGE",
  "LEDGER_UNAVAILABLE",
  "LOG_CORRUPT",
  "LOG_UNAVAILABLE",
  "NOT_FOUND",
  "OVERLOADED",
  "PLAN_INVALID",
  "RECORD_UNDECODABLE",
  "REQUEST_INVALID",
  "STORE_UNAVAILABLE",
  "TENANT_UNKNOWN",
  "UNAUTHENTICATED",
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

export interface FaultOptions {
  /** Where in the input the fault is: a JSON pointer, a line number, a field path. Never personal data. */
  readonly at?: string;
  /** True if the same call may succeed later without a change. */
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/** The one error type. `message` is safe to show: it never quotes values that may be personal data. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly at: string | undefined;
  readonly retriable: boolean;

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.at = options.at;
    this.retriable = options.retriable ?? false;
  }
}
