import type { PGlite } from "@electric-sql/pglite";
import { readStatement } from "../sql/statement.ts";
import type { createPreparedQuery } from "./pglite-prepared.ts";

/**
 * WAL that a start after a kill has to replay. Less would cost more: the first change of each page behind a checkpoint is
 * written whole.
 */
const CHECKPOINT_AT_BYTES = 128 * 1024 * 1024;
const WAL_BYTES =
  "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()";
const MOST_DEAD = readStatement(new URL("./pglite-most-dead.sql", import.meta.url)).text;

/**
 * Does what processes in the background do for a server, and PGlite has none. Without it the WAL grows until the database
 * is closed, a table by a row for each change of a row, and a statement keeps the plan that was good for an empty table.
 * One table at most, for nothing else is answered meanwhile. Not in a transaction, which VACUUM would make fail.
 */
export async function keepUp(database: PGlite, query: ReturnType<typeof createPreparedQuery>): Promise<void> {
  await database.exec("DISCARD PLANS");
  const [wal] = await query(WAL_BYTES, []);
  if (Number(wal?.["bytes"]) > CHECKPOINT_AT_BYTES) await database.exec("CHECKPOINT");
  const [table] = await query(MOST_DEAD, []);
  if (table !== undefined) await database.exec(`VACUUM ${String(table["name"])}`);
}
