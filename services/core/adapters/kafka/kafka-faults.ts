import { Fault } from "../../domain/fault.ts";

export function logUnavailable(message: string, cause?: unknown): Fault {
  return cause instanceof Fault ? cause : new Fault("LOG_UNAVAILABLE", message, { retriable: true, cause });
}
