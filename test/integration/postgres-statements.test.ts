import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { readStatement } from "../../services/core/adapters/sql/statement.ts";
import { ENGINES } from "../contract/store-open.ts";

const FOLDER = fileURLToPath(new URL("../../services/core/adapters/sql/", import.meta.url));
const FILES = globSync(`${FOLDER}/**/*.sql`).filter(
  (file) => !file.includes("/migrations/") && basename(file) !== "schema.sql",
);

describe.each(ENGINES)("every statement on %s", (_, openSession) => {
  let session: SqlSession;
  beforeAll(async () => {
    session = await openSession();
    await migrate(session);
  });
  afterAll(() => session.close());

  it.each(FILES.map((file) => [basename(file, ".sql"), file]))(
    "%s is valid, and says what its parameters are",
    async (name, file) => {
      const { text } = readStatement(pathToFileURL(file));
      const header = text.slice(0, text.search(/^[^-]/m));
      const used = new Set(text.slice(header.length).match(/\$\d+/g));
      const described = new Set(header.match(/\$\d+/g));
      expect(header).toContain("-- Params: ");
      expect(described).toEqual(used);
      await session.transaction((transaction) => transaction.script(name, `PREPARE "${name}" AS ${text}`));
    },
  );
});

it("each has a name of its own, since that is the prepared statement's too", () => {
  const names = FILES.map((file) => basename(file));
  expect(names.length).toBeGreaterThan(20);
  expect(new Set(names).size).toBe(names.length);
});
