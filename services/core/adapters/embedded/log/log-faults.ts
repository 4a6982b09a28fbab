import { Fault } from "../../../domain/fault.ts";

export function logCorrupt(file: string, position: number, what: string): Fault {
  const message = `The log is damaged: ${what} at byte ${position} of ${file}. Restore the file from a backup.`;
  return new Fault("LOG_CORRUPT", message, { at: `${file}:${position}` });
}

export function logUnavailable(message: string, cause?: unknown): Fault {
  return new Fault("LOG_UNAVAILABLE", message, { retriable: true, cause });
}
