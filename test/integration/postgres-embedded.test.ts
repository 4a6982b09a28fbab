import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate, MIGRATIONS } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { Fault } from "../../services/core/domain/fault.ts";
import { batchOf, stateOf, TENANT } from "../contract/store-records.ts";

it("PGlite finds its data directory again, made with all folders above it", async () => {
  const parent = await mkdtemp(join(tmpdir(), "fairlead-pglite-"));
  const directory = join(parent, "data", "store");
  try {
    const first = await openPglite({ directory });
    expect(await migrate(first)).toHaveLength(MIGRATIONS.length);
    await createStore(first).commit(batchOf([0, 5], { states: [stateOf("a")] }));
    await first.close();

    const second = await openPglite({ directory });
    expect(await migrate(second)).toEqual([]);
    const store = createStore(second);
    expect(await store.position(0)).toEqual({ next: 5, barrierEpoch: 0 });
    expect(await store.lead({ tenantId: TENANT, nodeIds: null }, "a")).toEqual(stateOf("a"));
    await store.close();
    await store.close();
  } finally {
    await rm(parent, { recursive: true });
  }
});

it("PGlite says that a directory can't be used", async () => {
  const parent = await mkdtemp(join(tmpdir(), "fairlead-pglite-"));
  try {
    await writeFile(join(parent, "file"), "");
    const opening = openPglite({ directory: join(parent, "file", "store") });
    await expect(opening).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  } finally {
    await rm(parent, { recursive: true });
  }
});

describe("a PGlite session", () => {
  let session: SqlSession;
  const ask = (text: string) => session.query({ name: "test", text }, []);
  beforeAll(async () => {
    session = await openPglite("memory");
    await ask("CREATE TABLE note (words text PRIMARY KEY)");
  });
  afterAll(() => session.close());

  it("lets nobody see or join a transaction from outside, and rolls back what throws", async () => {
    const mine = new Error("mine");
    const work = session.transaction(async (transaction) => {
      await transaction.script("write", "INSERT INTO note VALUES ('inside')");
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw mine;
    });
    const outside = [ask("INSERT INTO note VALUES ('outside')"), session.transaction(() => Promise.resolve())];
    await expect(work).rejects.toBe(mine);
    await Promise.all(outside);
    expect(await ask("SELECT words FROM note")).toEqual([{ words: "outside" }]);
  });

  it("never repeats a row's values in a fault", async () => {
    await ask("INSERT INTO note VALUES ('Ana Ruiz')");
    for (const failing of ["INSERT INTO note VALUES ('Ana Ruiz')", "SELECT 'Ana Ruiz'::bigint"]) {
      const fault = await ask(failing).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(Fault);
      expect(fault).toMatchObject({ code: "STORE_UNAVAILABLE", retriable: false });
      expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain("Ana");
    }
  });

  it("leaves the thread that asks free while it works", async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    await ask("SELECT count(*) FROM generate_series(1, 2000000)");
    clearInterval(counting);
    expect(turns).toBeGreaterThan(20);
  });

  it("is gone once closed", async () => {
    const closed = await openPglite("memory");
    await closed.close();
    await closed.close();
    await expect(closed.query({ name: "late", text: "SELECT 1" }, [])).rejects.toMatchObject({ retriable: true });
  });
});
