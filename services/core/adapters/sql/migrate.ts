import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Fault } from "../../domain/fault.ts";
import { integer, text } from "./row.ts";
import type { SqlSession, SqlTransaction } from "./session.ts";

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Any constant will do, as long as every Fairlead uses the same and nothing else does. */
const LOCK_KEY = 7_310_578_312;

const LOCK = { name: "migration-lock", text: "SELECT pg_advisory_xact_lock($1)" };
const LEDGER_SQL = `CREATE TABLE IF NOT EXISTS schema_migration (
  version       bigint PRIMARY KEY,
  name          text COLLATE "C" NOT NULL,
  sha256        text COLLATE "C" NOT NULL,
  applied_at_ms bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
)`;
const LEDGER_EXISTS = {
  name: "migration-ledger-exists",
  text: "SELECT count(*) AS found FROM pg_tables WHERE tablename = 'schema_migration' AND schemaname = current_schema()",
};
const APPLIED = {
  name: "migrations-applied",
  text: "SELECT version, name, sha256 FROM schema_migration ORDER BY version",
};
const RECORD = {
  name: "record-migration",
  text: `INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)
    ON CONFLICT (version) DO NOTHING RETURNING version`,
};

/** Append only: an applied file never changes, and breaking changes are expanded first and contracted a release later. */
export const MIGRATIONS: readonly Migration[] = readMigrations(new URL("./migrations/", import.meta.url));

export function readMigrations(folder: URL): readonly Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file, index) => {
    const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
    if (digits === undefined || name === undefined || Number(digits) !== index + 1) {
      throw new Error(`Migration ${file} breaks the sequence 0001_name.sql, 0002_name.sql, …`);
    }
    const sql = readFileSync(new URL(file, folder), "utf8");
    return { version: index + 1, name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
  });
}

/**
 * Brings the schema to what this program knows; answers the versions it applied. Any number of starters may call it at
 * once: one applies a file, the others wait for the lock and find its ledger row. Forward only.
 */
export async function migrate(session: SqlSession, migrations = MIGRATIONS): Promise<readonly number[]> {
  const pending = await pendingMigrations(session, migrations);
  const applied: number[] = [];
  for (const migration of pending) {
    if (await session.transaction((transaction) => apply(transaction, migration))) applied.push(migration.version);
  }
  return applied;
}

/** What `migrate` would apply. A changed file or a schema from the future is a fault: this program must not touch it. */
export async function pendingMigrations(session: SqlSession, migrations = MIGRATIONS): Promise<readonly Migration[]> {
  const [exists] = await session.query(LEDGER_EXISTS, []);
  if (exists === undefined || integer(exists, "found") === 0) return migrations;
  const rows = await session.query(APPLIED, []);
  for (const row of rows) {
    const version = integer(row, "version");
    const known = migrations[version - 1];
    if (known === undefined) {
      throw new Fault(
        "STORE_UNAVAILABLE",
        `The database has schema version ${version}; this program knows ${migrations.length}. Start a newer one.`,
      );
    }
    if (known.sha256 !== text(row, "sha256")) {
      throw new Fault("STORE_UNAVAILABLE", `Migration ${version} was applied from a file that has changed since.`);
    }
  }
  return migrations.slice(rows.length);
}

/** False if another starter was first. */
async function apply(transaction: SqlTransaction, migration: Migration): Promise<boolean> {
  await transaction.query(LOCK, [LOCK_KEY]);
  // Under the lock: CREATE TABLE IF NOT EXISTS alone is not safe against a twin.
  await transaction.script("migration-ledger", LEDGER_SQL);
  // Before the schema changes, so that a second run of a file ends here, and not half way through it.
  const recorded = await transaction.query(RECORD, [migration.version, migration.name, migration.sha256]);
  if (recorded.length === 0) return false;
  await transaction.script(`migration-${migration.version}`, migration.sql);
  return true;
}
