import type { Row } from "./session.ts";

/** Typed reading of columns. What doesn't fit is a broken invariant of the schema: it throws, without the value. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw misfit(column, "a text");
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** A bigint column. Drivers bring it as string, number or bigint; beyond 2^53 it would lose digits, so it throws. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw misfit(column, "a safe integer");
  return number;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

/** A double precision column, exact to the last bit. */
export function float(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw misfit(column, "a number");
  return value;
}

export function oneOf<T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const value = row[column];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw misfit(column, `one of ${allowed.join(", ")}`);
  return found;
}

/** A JSON column. Only this folder writes them, so its readers take the shape on trust. */
export function json(row: Row, column: string): object {
  const value = row[column];
  if (typeof value !== "object" || value === null) throw misfit(column, "JSON");
  return value;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw misfit(column, "bytes");
  return value;
}

function misfit(column: string, wanted: string): Error {
  return new Error(`The database column ${column} does not hold ${wanted}.`);
}
