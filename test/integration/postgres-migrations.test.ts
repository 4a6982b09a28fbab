import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeSchema } from "../../services/core/adapters/sql/describe-schema.ts";
import { migrate, MIGRATIONS, pendingMigrations, type Migration } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { freshDatabase } from "../support/servers.ts";
import { ENGINES } from "../contract/store-open.ts";

const SCHEMA_FILE = fileURLToPath(new URL("../../services/core/adapters/sql/schema.sql", import.meta.url));
const VERSIONS = MIGRATIONS.map(({ version }) => version);

describe.each(ENGINES)("the schema on %s", (_, openSession) => {
  it("is the one that schema.sql says, and a second start changes nothing", async () => {
    const session = await openSession();
    try {
      expect(await pendingMigrations(session)).toEqual(MIGRATIONS);
      expect(await migrate(session)).toEqual(VERSIONS);
      expect(await migrate(session)).toEqual([]);
      expect(await pendingMigrations(session)).toEqual([]);
      await expect(await describeSchema(session, undefined)).toMatchFileSnapshot(SCHEMA_FILE);
    } finally {
      await session.close();
    }
  });
});

describe("migrations", () => {
  it("are applied once by ten starters at once", async () => {
    const url = await freshDatabase();
    const sessions = await Promise.all(Array.from({ length: 10 }, () => open(url)));
    const applied = await Promise.all(sessions.map((session) => migrate(session)));
    expect(applied.flat().sort((left, right) => left - right)).toEqual(VERSIONS);
    await Promise.all(sessions.map((session) => session.close()));
  });

  it("refuse a schema that is newer than they are, and a file that changed after it was applied", async () => {
    await withFresh(async (session) => {
      await migrate(session);
      await expect(migrate(session, MIGRATIONS.slice(0, -1))).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        retriable: false,
      });
      const changed = MIGRATIONS.map((migration) => ({ ...migration, sha256: "0" }));
      await expect(migrate(session, changed)).rejects.toThrow("has changed since");
    });
  });

  it("leave no trace of a file that fails half way", async () => {
    await withFresh(async (session) => {
      await migrate(session);
      const version = MIGRATIONS.length + 1;
      const broken: Migration = { version, name: "broken", sql: "CREATE TABLE half (a text); SELECT 1/0", sha256: "1" };
      await expect(migrate(session, [...MIGRATIONS, broken])).rejects.toThrow("22012");
      const mended = { ...broken, sql: "CREATE TABLE half (a text)" };
      expect(await migrate(session, [...MIGRATIONS, mended])).toEqual([version]);
    });
  });
});

const open = (url: string): Promise<SqlSession> =>
  openPostgres(url, { applicationName: "fairlead-test", maxConnections: 1 });

async function withFresh(work: (session: SqlSession) => Promise<void>): Promise<void> {
  const session = await open(await freshDatabase());
  try {
    await work(session);
  } finally {
    await session.close();
  }
}
