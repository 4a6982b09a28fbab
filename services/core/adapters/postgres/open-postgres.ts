import { Pool, type PoolClient } from "pg";
import type { Row, SqlSession, SqlTransaction, SqlValue, StatementText } from "../sql/session.ts";
import { storableText } from "../sql/storable-text.ts";
import { sqlState, storeFault } from "../sql/store-fault.ts";

export interface PostgresOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections of this process. Default 8: a desk needs one per running read, a projector one per transaction under way. */
  readonly maxConnections?: number | undefined;
  /** Default 3 s. */
  readonly connectTimeoutMs?: number;
  /** The server gives up a statement after this long. Default 10 s. */
  readonly statementTimeoutMs?: number;
  /** Told of connections that died while idle; the pool replaces them. */
  readonly onConnectionLost?: () => void;
}

/** We give up this much later than the server: only if nobody answers, as behind a dead network. */
const ANSWER_GRACE_MS = 2_000;

/**
 * A pool of connections. Every failure is a `STORE_UNAVAILABLE` fault, retriable if it was the connection, a timeout or
 * the server's state.
 *
 * The first connection is made here, so that a wrong address stops the process at boot.
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<SqlSession> {
  const { maxConnections = 8, connectTimeoutMs = 3_000, statementTimeoutMs = 10_000 } = options;
  const pool = new Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A transaction whose process hangs must not hold the position's row lock for ever.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    keepAlive: true,
  });
  // Without a listener, the death of an idle connection would end the process.
  pool.on("error", () => options.onConnectionLost?.());
  const connect = (): Promise<PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw storeFault(error, "connect");
    });
  const session = sessionOf(connect, () => pool.end());
  try {
    await session.query({ name: "ping", text: "SELECT 1" }, []);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

function sessionOf(connect: () => Promise<PoolClient>, end: () => Promise<void>): SqlSession {
  let closing: Promise<void> | undefined;
  return {
    async query(statement, values) {
      const lease = leaseOf(await connect());
      try {
        return await lease.query(statement, values);
      } finally {
        lease.release();
      }
    },
    async transaction(work) {
      const lease = leaseOf(await connect());
      try {
        await lease.script("begin", "BEGIN");
        const result = await work(lease);
        await lease.script("commit", "COMMIT");
        return result;
      } catch (error) {
        await lease.rollBack();
        throw error;
      } finally {
        lease.release();
      }
    },
    // pg refuses to end a pool twice.
    close: () => (closing ??= end()),
  };
}

interface Lease extends SqlTransaction {
  rollBack(): Promise<void>;
  /** Back to the pool, or away if the server may still be busy with something that we no longer wait for. */
  release(): void;
}

function leaseOf(client: PoolClient): Lease {
  let broken = false;
  // Without a listener, a connection that dies between two statements would end the process.
  const onLost = (): void => {
    broken = true;
  };
  client.on("error", onLost);

  async function ask<T>(name: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      broken ||= sqlState(error) === null;
      throw storeFault(error, name);
    }
  }

  return {
    query: (statement: StatementText, values: readonly SqlValue[]) =>
      ask(statement.name, async () => {
        const { rows } = await client.query<Row>({ ...statement, values: values.map(storable) });
        return rows;
      }),
    script: (name, text) =>
      ask(name, async () => {
        const { command } = await client.query(text);
        // COMMIT of a transaction that had failed answers ROLLBACK, without an error.
        if (text === "COMMIT" && command !== "COMMIT") throw new Error("The transaction had been rolled back.");
      }),
    async rollBack() {
      // A connection that can't even do this is thrown away, and the server rolls back by itself.
      if (!broken) await ask("rollback", () => client.query("ROLLBACK")).catch(() => (broken = true));
    },
    release() {
      client.off("error", onLost);
      client.release(broken);
    },
  };
}

const storable = (value: SqlValue): SqlValue => (typeof value === "string" ? storableText(value) : value);
