/** What may be bound to a parameter. Bytes go as they are: a `bytea`, or an array of `binary-array.ts`. */
export type SqlValue = string | number | Uint8Array | null;

/** One row as the driver brought it: bigint columns may be strings, numbers or bigints. See `row.ts`. */
export type Row = Readonly<Record<string, unknown>>;

export interface StatementText {
  /** Name of its file, and of the prepared statement. */
  readonly name: string;
  readonly text: string;
}

/**
 * All that the statements of this folder need of a PostgreSQL, so that the same SQL runs in process and on a server.
 *
 * Errors of a driver never leave a session as they are: they may quote row values. See `store-fault.ts`.
 */
export interface SqlRunner {
  query(statement: StatementText, values: readonly SqlValue[]): Promise<readonly Row[]>;
}

export interface SqlTransaction extends SqlRunner {
  /** Several statements without parameters, as a migration. */
  script(name: string, text: string): Promise<void>;
}

export interface SqlSession extends SqlRunner {
  /** READ COMMITTED. Commits when `work` resolves, rolls back when it throws. Inside, use only what is handed in. */
  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
