import { PGlite } from "@electric-sql/pglite";
import { afterAll, expect, it } from "vitest";
import { createPreparedQuery } from "./pglite-prepared.ts";
import { keepUp } from "./pglite-upkeep.ts";

const database = await PGlite.create();
const query = createPreparedQuery(database);
afterAll(() => database.close());

const walSinceCheckpoint = async (): Promise<number> => {
  const text = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()";
  return Number((await query(text, []))[0]?.["bytes"]);
};
const write = (megabytes: number) =>
  database.exec(`INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, ${megabytes * 1_000})`);

it("takes a checkpoint once there is much WAL, and not before", async () => {
  await database.exec("CREATE TABLE filler (text text)");
  await write(10);
  await keepUp(database, query);
  expect(await walSinceCheckpoint()).toBeGreaterThan(10_000_000);
  await write(140);
  await keepUp(database, query);
  expect(await walSinceCheckpoint()).toBeLessThan(1_000_000);
});

it("leaves statements usable, and lets them be planned anew", async () => {
  const text = "SELECT count(*)::int AS rows FROM filler WHERE text = $1";
  for (let run = 0; run < 10; run += 1) expect(await query(text, ["y"])).toEqual([{ rows: 0 }]);
  await keepUp(database, query);
  expect(await query(text, ["x".repeat(1_000)])).toEqual([{ rows: 150_000 }]);
});

it("keeps a table from growing with the changes of its rows", async () => {
  await database.exec(
    "CREATE TABLE changing (id int PRIMARY KEY, place int, rest text); CREATE INDEX ON changing (place)",
  );
  await database.exec("INSERT INTO changing SELECT i, i, repeat('x', 500) FROM generate_series(1, 20000) AS i");
  const bytes = async () =>
    Number((await query("SELECT pg_total_relation_size('changing') AS bytes", []))[0]?.["bytes"]);
  // Each update kills a tenth of the rows, and writes as many. PostgreSQL counts the dead once a second, or when told to.
  const change = async (statements: number) => {
    for (let statement = 0; statement < statements; statement += 1) {
      await database.exec(`UPDATE changing SET place = place + 1 WHERE id % 10 = ${statement % 10}`);
      await database.exec("SELECT pg_stat_force_next_flush()");
      await keepUp(database, query);
    }
  };
  await change(10);
  const settledBytes = await bytes();
  await change(90);
  expect(await bytes()).toBeLessThan(1.3 * settledBytes);
});
