import { mkdir } from "node:fs/promises";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import type { Row, SqlSession, SqlTransaction, SqlValue, StatementText } from "../sql/session.ts";
import { storableText } from "../sql/storable-text.ts";
import { storeFault } from "../sql/store-fault.ts";

/**
 * PostgreSQL in this process. One connection: statements wait for each other, and each blocks the event loop while it
 * runs (milliseconds for a batch).
 *
 * A killed process loses nothing, a machine that loses power may: PGlite never asks the disk to sync. The projection is
 * rebuilt from the log then.
 *
 * The caller holds the data directory's lock: two processes on one directory destroy it.
 */
export async function openPglite(where: { readonly directory: string } | "memory"): Promise<SqlSession> {
  const database = await start(where);
  return {
    ...runnerOf(database),
    async transaction(work) {
      try {
        return await database.transaction((transaction) => work(runnerOf(transaction)));
      } catch (error) {
        // What `work` threw is its own; only PGlite's errors carry an SQLSTATE.
        throw isDatabaseError(error) ? storeFault(error, "transaction") : error;
      }
    },
    async close() {
      if (!database.closed) await database.close();
    },
  };
}

async function start(where: { readonly directory: string } | "memory"): Promise<PGlite> {
  try {
    if (where === "memory") return await PGlite.create();
    await mkdir(where.directory, { recursive: true });
    return await PGlite.create(where.directory);
  } catch (error) {
    throw storeFault(error, "open");
  }
}

function runnerOf(executor: PGlite | Transaction): SqlTransaction {
  return {
    async query(statement: StatementText, values: readonly SqlValue[]): Promise<readonly Row[]> {
      try {
        const { rows } = await executor.query<Row>(statement.text, values.map(storable));
        return rows;
      } catch (error) {
        throw storeFault(error, statement.name);
      }
    },
    async script(name, text) {
      try {
        await executor.exec(text);
      } catch (error) {
        throw storeFault(error, name);
      }
    },
  };
}

const storable = (value: SqlValue): SqlValue => (typeof value === "string" ? storableText(value) : value);

const isDatabaseError = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "severity" in error && "code" in error;
