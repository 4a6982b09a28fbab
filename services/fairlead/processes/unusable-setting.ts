import { Fault } from "../../core/domain/fault.ts";

/** An operating system that says no to a setting: one line for the operator instead of a stack. */
export function unusable(what: string, cause: unknown): Fault {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "not readable";
  return new Fault("CONFIG_INVALID", `${what}: ${code}`, { cause });
}
