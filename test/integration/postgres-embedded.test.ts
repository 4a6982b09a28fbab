import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import type { PgliteDeath } from "../../services/core/adapters/embedded/start-pglite.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate, MIGRATIONS } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { Fault } from "../../services/core/domain/fault.ts";
import { until } from "../support/flow-until.ts";
import { pglitePids } from "../support/pglite-pids.ts";
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

describe("PGlite on a directory", () => {
  const insert = (words: string): { name: string; text: string } => ({
    name: "insert",
    text: `INSERT INTO note VALUES ('${words}')`,
  });
  const readAll = (session: SqlSession) => session.query({ name: "read", text: "SELECT words FROM note" }, []);
  let directory: string;
  let session: SqlSession;
  let deaths: PgliteDeath[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairlead-pglite-"));
    deaths = [];
    session = await openPglite({ directory }, (death) => deaths.push(death));
    await session.query({ name: "make", text: "CREATE TABLE note (words text PRIMARY KEY)" }, []);
    await session.query(insert("before"), []);
  });
  afterEach(async () => {
    await session.close();
    for (const made of [directory, `${directory}.lock`]) await rm(made, { recursive: true });
  });

  /** Resolves when it is known to have gone. */
  async function killPglite(): Promise<void> {
    const [pid = 0, ...others] = pglitePids(directory);
    expect(others).toEqual([]);
    process.kill(pid, "SIGKILL");
    await until(
      () => Promise.resolve(existsSync(`/proc/${pid}`)),
      (isThere) => !isThere,
    );
  }

  it("is started again when its process dies, with what was committed and nothing else", async () => {
    const interrupted = session.transaction(async (transaction) => {
      await transaction.query(insert("half"), []);
      await killPglite();
      await transaction.query(insert("other half"), []);
    });
    await expect(interrupted).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    // Two who ask at once get the same new process.
    expect(await Promise.all([readAll(session), readAll(session)])).toEqual([
      [{ words: "before" }],
      [{ words: "before" }],
    ]);
    expect(pglitePids(directory)).toHaveLength(1);
    expect(deaths).toEqual([{ signal: "SIGKILL", exitCode: null }]);
    await session.transaction((transaction) => transaction.query(insert("after"), []));
    expect(await readAll(session)).toEqual([{ words: "before" }, { words: "after" }]);
  });

  it("is not opened by a second process before the first is gone", async () => {
    let isOpen = false;
    const opening = openPglite({ directory }).finally(() => (isOpen = true));
    // Some four times of what it takes to open.
    await delay(2_000);
    await session.query(insert("meanwhile"), []);
    expect(isOpen).toBe(false);
    await session.close();
    const second = await opening;
    expect(await readAll(second)).toEqual([{ words: "before" }, { words: "meanwhile" }]);
    await second.close();
  });

  it("leaves no process behind when it is closed, and stays closed", async () => {
    await session.close();
    expect(pglitePids(directory)).toEqual([]);
    await expect(readAll(session)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    expect(pglitePids(directory)).toEqual([]);
    expect(deaths).toEqual([]);
  });
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
