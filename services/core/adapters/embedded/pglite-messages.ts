import type { Row, SqlValue } from "../sql/session.ts";

/** Without `values` it is a script of several statements. */
export interface PgliteRequest {
  readonly id: number;
  readonly text: string;
  /** Answered before those in front of it; all others are answered in order. */
  readonly mayOvertake: boolean;
  readonly values: readonly SqlValue[] | null;
}

export type PgliteReply =
  | { readonly id: number; readonly rows: readonly Row[] }
  /** Errors of the driver stay in its process: they quote row values. `state` is null if it was not the database's. */
  | { readonly id: number; readonly state: string | null };

/** Of the reply that says whether the database is open. */
export const OPENING_ID = 0;
/** Instead of a request: close the database. */
export const CLOSE = "close";
/** Of the reply that says that it is closed. */
export const CLOSING_ID = -1;

/** What opens and ends a transaction. */
export const BEGIN = "BEGIN";
export const COMMIT = "COMMIT";
export const ROLLBACK = "ROLLBACK";
