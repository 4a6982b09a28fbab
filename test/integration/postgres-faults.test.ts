import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../deploy/local/free-port.ts";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession, SqlValue } from "../../services/core/adapters/sql/session.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { Fault } from "../../services/core/domain/fault.ts";
import { freshDatabase } from "../support/servers.ts";

const AWAY = { code: "STORE_UNAVAILABLE", retriable: true };

describe("a PostgreSQL session", () => {
  let url: string;
  let session: SqlSession;
  let lost = 0;
  const ask = (text: string, values: readonly SqlValue[] = []) =>
    session.query({ name: text.slice(0, 60), text }, values);

  beforeAll(async () => {
    url = await freshDatabase();
    session = await openPostgres(url, {
      applicationName: "fairlead-faults",
      maxConnections: 2,
      statementTimeoutMs: 300,
      onConnectionLost: () => lost++,
    });
    await migrate(session);
  });
  afterAll(() => session.close());

  it("says at once that nobody listens", async () => {
    const nobody = `postgres://postgres@127.0.0.1:${await freePort()}/x`;
    await expect(openPostgres(nobody, { applicationName: "t" })).rejects.toMatchObject(AWAY);
  });

  it("takes a wrong database for a mistake, not for an outage", async () => {
    const wrong = new URL(url);
    wrong.pathname = "/no_such_database";
    const opening = openPostgres(wrong.href, { applicationName: "t" });
    await expect(opening).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: false });
  });

  it("gives up a statement that takes too long, and works on", async () => {
    await expect(ask("SELECT pg_sleep(5)")).rejects.toMatchObject(AWAY);
    expect(await ask("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("never repeats a row's values in a fault", async () => {
    const insert = "INSERT INTO routing_plan (tenant_id, version, document) VALUES ($1, 1, '{}')";
    await ask(insert, ["Ana Ruiz"]);
    for (const failing of [insert, "SELECT $1::bigint"]) {
      const fault = await ask(failing, ["Ana Ruiz"]).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(Fault);
      expect(fault).toMatchObject({ retriable: false });
      expect(fault).not.toHaveProperty("cause");
      expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain("Ana");
    }
  });

  it("rolls back what throws, and passes the error on", async () => {
    const mine = new Error("mine");
    const work = session.transaction(async (transaction) => {
      await transaction.script("write", "CREATE TABLE never (a text)");
      throw mine;
    });
    await expect(work).rejects.toBe(mine);
    await expect(ask("SELECT * FROM never")).rejects.toThrow("42P01");
  });

  it("does not take a transaction for committed that failed inside", async () => {
    const work = session.transaction(async (transaction) => {
      await transaction.script("broken", "SELECT 1/0").catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("survives the death of its connections, idle, in a statement and in a transaction", async () => {
    await Promise.all([ask("SELECT pg_sleep(0.05)"), ask("SELECT pg_sleep(0.05)")]);
    await killConnections(url);
    await expect.poll(() => lost).toBe(2);

    const running = ask("SELECT pg_sleep(0.25)").catch((error: unknown) => error);
    await expect.poll(() => killConnections(url)).toBeGreaterThan(0);
    expect(await running).toMatchObject(AWAY);

    const work = session.transaction(async (transaction) => {
      await transaction.query({ name: "first", text: "SELECT 1" }, []);
      await killConnections(url);
      await transaction.query({ name: "second", text: "SELECT 1" }, []);
    });
    await expect(work).rejects.toMatchObject(AWAY);
    expect(await ask("SELECT 2 AS two")).toEqual([{ two: 2 }]);
  });
});

async function killConnections(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fairlead-faults'",
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
