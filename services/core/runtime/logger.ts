import { pino, type DestinationStream, type Logger } from "pino";

export type { Logger } from "pino";

/** Second line of defence: log calls pass ids only, and these paths are cut should one ever carry a contact. */
const REDACTED_PATHS = ["contact", "*.contact", "name", "phone", "email", "*.phone", "*.email", "sealedContact"];

/** Structured logs on standard output, one JSON object a line. ERROR means that a person must act. */
export function createLogger(level: string, service: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    redact: { paths: REDACTED_PATHS, censor: "[redacted]" },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * What may be said of an error. Messages of drivers can quote rows and records, and so personal data; only our own are
 * written by us.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return {
    type: error.name,
    code,
    message: error.name === "Fault" ? error.message : undefined,
    stack: error.stack
      ?.split("\n")
      .filter((line) => line.trimStart().startsWith("at "))
      .join("\n"),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}
