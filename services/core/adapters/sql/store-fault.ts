import { Fault } from "../../domain/fault.ts";

/**
 * SQLSTATE classes and codes after which the same statement may succeed: connection, resources, operator intervention
 * (shutdown, statement timeout), system error, serialization and deadlock, lock timeout, and a server that became a
 * standby.
 */
const RETRIABLE = /^(?:08|53|57|58|40)|^55P03$|^25006$/;

/** By a unique index, and by a check. */
const REFUSED_ROW = /^235(?:05|14)$/;

/** A unique index or a check refused a row. Callers in this folder may know what that means. */
export class RefusedRow extends Fault {}

/**
 * The fault for whatever a driver threw. The driver's own message, detail and cause are left behind, because they quote
 * row values ("Key (…)=(…) already exists"); statement and SQLSTATE are enough to find the place.
 */
export function storeFault(error: unknown, statementName: string): Fault {
  return error instanceof Fault ? error : faultOfState(sqlState(error), statementName);
}

/** The same, of an SQLSTATE; null if the server never answered. */
export function faultOfState(state: string | null, statementName: string): Fault {
  if (state === null) {
    return new Fault("STORE_UNAVAILABLE", `The database could not be reached (${statementName}).`, { retriable: true });
  }
  const retriable = RETRIABLE.test(state);
  const message = retriable ? "The database is not able to answer now" : "The database refused a statement";
  const Kind = REFUSED_ROW.test(state) ? RefusedRow : Fault;
  return new Kind("STORE_UNAVAILABLE", `${message} (${statementName}, SQLSTATE ${state}).`, { retriable });
}

/** Null if the server never answered: then it was the connection, or a timeout of ours. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error) || !("severity" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
