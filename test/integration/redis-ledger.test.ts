import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../../deploy/local/redis.ts";
import { activate } from "../../services/core/adapters/redis/activate.ts";
import { beginSeeding } from "../../services/core/adapters/redis/begin-seeding.ts";
import { ledgerKeys } from "../../services/core/adapters/redis/keys.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import {
  TENANT,
  dumpOf,
  ended,
  gist,
  grant,
  item,
  listOf,
  request,
  reserveOne,
  rowsOf,
} from "../contract/ledger-builders.ts";

const lead = item("lead", { lists: [listOf([grant("ann")])] });
const unavailable = { code: "LEDGER_UNAVAILABLE", retriable: true };

/** What a real server does to the ledger: forget, restart, fall silent. */
describe("the Redis ledger on a server of its own", () => {
  let server: RedisServer;
  let admin: Redis;
  let ledger: Ledger;

  beforeAll(async () => {
    server = await startRedis({ appendOnly: "always" });
    admin = new Redis(server.url);
    admin.on("error", () => undefined);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await admin.flushall();
    ledger = await openRedisLedger({ url: server.url, commandTimeoutMs: 2000 });
    await ledger.seed(1, new Map([[TENANT, []]]));
  });
  afterEach(() => ledger.close());

  const begin = async (epoch: number) => {
    const seeding = { tenantId: TENANT, epoch, mark: "mark" };
    return { ...seeding, runId: await beginSeeding(admin, seeding) };
  };

  it("F5: is fenced after FLUSHALL until it is seeded again", async () => {
    await reserveOne(ledger, lead);
    const rows = await rowsOf(ledger);
    await admin.flushall();
    expect(await ledger.reserve(request([lead]))).toEqual({ kind: "fenced" });
    expect(await ledger.apply(TENANT, [ended("lead", "ann")], 1)).toBe("fenced");
    expect(await ledger.readyEpoch([TENANT])).toBeNull();
    expect(await ledger.open(TENANT, 1)).toBe("fenced");
    expect(await ledger.seed(2, new Map([[TENANT, rows]]))).toBe("activated");
    expect(await reserveOne(ledger, lead, { epoch: 2 })).toMatchObject({ replayed: true });
  });

  it("F6: is fenced after a restart, although its data survived it", async () => {
    await reserveOne(ledger, lead);
    await server.restart();
    await answered(() => ledger.readyEpoch([TENANT]));
    expect(await admin.exists(`fl:{${TENANT}}:e1:lead`)).toBe(1);
    expect(await ledger.reserve(request([lead]))).toEqual({ kind: "fenced" });
    expect(await ledger.readyEpoch([TENANT])).toBeNull();
    expect(await ledger.readyEpoch([])).toBeNull();
    expect(await ledger.open("new", 1)).toBe("fenced");
    expect(await ledger.seed(2, new Map([[TENANT, []]]))).toBe("activated");
    expect(gist(await reserveOne(ledger, lead, { epoch: 2 }))).toBe("ann");
  });

  it("F7: is fenced on a replica that was promoted", async () => {
    const replica = await startRedis({ appendOnly: "off" });
    const replicaAdmin = new Redis(replica.url);
    try {
      await reserveOne(ledger, lead);
      await replicaAdmin.replicaof("127.0.0.1", server.port);
      await until(async () => (await replicaAdmin.exists(`fl:{${TENANT}}:e1:lead`)) === 1);
      const promoted = await openRedisLedger({ url: replica.url, commandTimeoutMs: 2000 });
      await expect(promoted.reserve(request([lead]))).resolves.toEqual({ kind: "fenced" });
      await expect(promoted.seed(2, new Map([[TENANT, []]]))).rejects.toMatchObject(unavailable);
      await replicaAdmin.replicaof("NO", "ONE");
      await expect(promoted.reserve(request([lead]))).resolves.toEqual({ kind: "fenced" });
      await promoted.close();
    } finally {
      replicaAdmin.disconnect();
      await replica.stop();
    }
  });

  it("F9: goes on after SCRIPT FLUSH", async () => {
    await reserveOne(ledger, lead);
    await admin.script("FLUSH");
    expect(await reserveOne(ledger, lead)).toMatchObject({ replayed: true });
  });

  it("F8: says unavailable, not fenced, when the server is silent, and repeats nothing by itself", async () => {
    const impatient = await openRedisLedger({ url: server.url, commandTimeoutMs: 50 });
    try {
      await server.kill("SIGSTOP");
      await expect(impatient.reserve(request([lead]))).rejects.toMatchObject(unavailable);
    } finally {
      await server.kill("SIGCONT");
    }
    await answered(() => impatient.readyEpoch([TENANT]));
    expect(gist(await reserveOne(impatient, lead))).toBe("ann");
    expect((await dumpOf(ledger)).filter((row) => row.includes('"kind","held"'))).toHaveLength(1);
    await impatient.close();
  });

  it("F8: says unavailable while the server is down, and works again when it is back", async () => {
    await server.kill();
    await until(async () => {
      const error: unknown = await ledger.reserve(request([lead])).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject(unavailable);
      return true;
    });
    await server.restart();
    await answered(() => ledger.readyEpoch([TENANT]));
    expect(await ledger.reserve(request([lead]))).toEqual({ kind: "fenced" });
  });

  it("F8: says unavailable when the server's memory is full, and has changed nothing", async () => {
    await reserveOne(ledger, lead);
    const before = await dumpOf(ledger);
    await admin.config("SET", "maxmemory", "1mb");
    try {
      await expect(ledger.reserve(request([{ ...lead, leadId: "other" }]))).rejects.toMatchObject(unavailable);
      expect(await dumpOf(ledger)).toEqual(before);
    } finally {
      await admin.config("SET", "maxmemory", "0");
    }
    expect(gist(await reserveOne(ledger, { ...lead, leadId: "other" }))).toBe("ann");
  });

  it("does not activate what was flushed away while it was seeded", async () => {
    const rows = function* (): Generator<LedgerRow> {
      for (let turn = 0; turn < 5000; turn += 1) yield { kind: "identity", identityKey: `key-${turn}`, leadId: "lead" };
      flushed = admin.flushall();
      for (let turn = 5000; turn < 20_000; turn += 1)
        yield { kind: "identity", identityKey: `key-${turn}`, leadId: "lead" };
    };
    let flushed: Promise<unknown> = Promise.resolve();
    expect(await ledger.seed(2, new Map([[TENANT, rows()]]))).toBe("superseded");
    await flushed;
    expect(await ledger.readyEpoch([TENANT])).toBeNull();
  });

  it("does not activate a seeding that a later one overtook", async () => {
    const seeding = await begin(2);
    await ledger.seed(3, new Map([[TENANT, []]]));
    // The later one sweeps it away; this one's mark is to be there all the same.
    await vi.waitFor(async () => expect(await admin.exists(ledgerKeys(TENANT, 2).seeding)).toBe(0));
    await admin.set(ledgerKeys(TENANT, 2).seeding, seeding.mark);
    expect(await activate(admin, seeding)).toBe("superseded");
    expect(await ledger.readyEpoch([TENANT])).toBe(3);
  });

  it("does not activate what was seeded before a restart, although it survived it", async () => {
    const seeding = await begin(2);
    await server.restart();
    await answered(() => admin.ping());
    expect(await admin.get(ledgerKeys(TENANT, 2).seeding)).toBe(seeding.mark);
    expect(await activate(admin, seeding)).toBe("superseded");
  });

  it("uses no place that it knew of a ledger of the same epoch", async () => {
    const both = { lists: [listOf([grant("ann"), grant("bob")])] };
    await reserveOne(ledger, item("first", both));
    await reserveOne(ledger, item("second", both));
    const rows = await rowsOf(ledger);
    await admin.flushall();
    expect(await ledger.seed(1, new Map([[TENANT, rows]]))).toBe("activated");
    const onlyBob = item("third", { lists: [listOf([grant("bob")])] });
    expect(await ledger.reserve(request([onlyBob]))).toEqual({ kind: "fenced" });
    expect(gist(await reserveOne(ledger, onlyBob))).toBe("bob");
    const reps = (await rowsOf(ledger)).filter((row) => row.kind === "rep");
    expect(new Map(reps.map(({ repId, held }) => [repId, held]))).toEqual(
      new Map([
        ["ann", 1],
        ["bob", 2],
      ]),
    );
  });

  it("is not seeded with window entries out of order, whose search would miscount them", async () => {
    const entry = { kind: "window", repId: "ann", scope: "intake", channel: "web", leadId: "a", cycle: 1 } as const;
    const rows: LedgerRow[] = [
      { ...entry, atMs: 2 },
      { ...entry, leadId: "b", atMs: 1 },
    ];
    await expect(ledger.seed(2, new Map([[TENANT, rows]]))).rejects.toThrow("older than the one before");
  });

  it("frees the namespaces of older epochs", async () => {
    await reserveOne(ledger, lead);
    await ledger.seed(2, new Map([[TENANT, await rowsOf(ledger)]]));
    await until(async () => (await admin.keys("fl:*:e1:*")).length === 0);
    expect(await reserveOne(ledger, lead, { epoch: 2 })).toMatchObject({ replayed: true });
  });

  it("refuses a server that may evict keys", async () => {
    await admin.config("SET", "maxmemory-policy", "allkeys-lru");
    try {
      await expect(openRedisLedger({ url: server.url })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    } finally {
      await admin.config("SET", "maxmemory-policy", "noeviction");
    }
  });

  it("refuses to seed a server that began to evict keys", async () => {
    await admin.config("SET", "maxmemory-policy", "allkeys-lru");
    try {
      await expect(ledger.seed(2, new Map([[TENANT, []]]))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    } finally {
      await admin.config("SET", "maxmemory-policy", "noeviction");
    }
  });

  it("says unavailable at the start when nobody listens", async () => {
    await expect(openRedisLedger({ url: "redis://127.0.0.1:1" })).rejects.toMatchObject(unavailable);
  });
});

/** Resolves once the client has found the server again. */
const answered = (call: () => Promise<unknown>): Promise<void> =>
  until(() =>
    call().then(
      () => true,
      () => false,
    ),
  );

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error("Waited 15 s in vain.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
