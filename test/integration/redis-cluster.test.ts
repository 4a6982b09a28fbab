import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../deploy/local/redis-cluster.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import { dumpOf, gist, grant, item, listOf, request, reserveOne, rowsOf } from "../contract/ledger-builders.ts";
import { clusterTenants } from "../support/cluster-tenants.ts";
import { until } from "../support/flow-until.ts";
import { takeOver } from "../support/redis-admin.ts";

const PATIENT_MS = 5000;
const SLOW_MS = 60_000;
const lead = item("lead", { lists: [listOf([grant("ann")])] });
const unavailable = { code: "LEDGER_UNAVAILABLE", retriable: true };
const noRows = (tenantIds: readonly string[]) => new Map(tenantIds.map((tenantId) => [tenantId, []]));

/** What a real cluster does to the ledger, each tenant of which has a server of its own. */
describe("the Redis ledger on a cluster of its own", { timeout: SLOW_MS }, () => {
  let cluster: RedisCluster;
  let admins: readonly Redis[];
  let ledger: Ledger;
  /** One on each master. */
  let tenantIds: readonly string[];
  /** On the last master, for the test that moves it. */
  let mover: string;

  const reserveOf = (tenantId: string, epoch = 1) => ledger.reserve(request([lead], { tenantId, epoch }));
  /** Resolves once every master answers for its slots again. */
  const allAnswer = () =>
    until(
      () =>
        ledger.readyEpoch(tenantIds).then(
          () => true,
          () => false,
        ),
      (isSo) => isSo,
      { what: "all masters to answer" },
    );

  beforeAll(async () => {
    cluster = await startRedisCluster({ appendOnly: "always", replicas: 1 });
    admins = cluster.masters.map(({ url }) => new Redis(url));
    for (const admin of admins) admin.on("error", () => undefined);
    const [first = [], second = [], third = []] = await clusterTenants(cluster, 2);
    tenantIds = [first[0]!, second[0]!, third[0]!];
    mover = third[1]!;
  }, SLOW_MS);
  afterAll(async () => {
    for (const admin of admins) admin.disconnect();
    await cluster.stop();
  });
  beforeEach(async () => {
    await Promise.all(admins.map((admin) => admin.flushall()));
    ledger = await openRedisLedger({ url: cluster.url, commandTimeoutMs: PATIENT_MS });
    await ledger.seed(1, noRows(tenantIds));
  });
  afterEach(() => ledger.close());

  it("keeps each tenant on one master, and frees the namespaces of older epochs on all of them", async () => {
    for (const tenantId of tenantIds) await reserveOne(ledger, lead, { tenantId });
    await ledger.seed(
      2,
      new Map(await Promise.all(tenantIds.map(async (id) => [id, await rowsOf(ledger, id)] as const))),
    );
    const keys = await until(
      () => Promise.all(admins.map((admin) => admin.keys("fl:{tenant*"))),
      (found) => !found.flat().some((key) => key.includes(":e1:")),
    );
    expect(keys.map((found) => new Set(found.map((key) => key.split(":")[1])))).toEqual(
      tenantIds.map((tenantId) => new Set([`{${tenantId}}`])),
    );
    for (const tenantId of tenantIds)
      expect(await reserveOne(ledger, lead, { tenantId, epoch: 2 })).toMatchObject({ replayed: true });
  });

  it("F5: a flush of one master fences its tenants and no other, until all are seeded again", async () => {
    const [flushed = "", ...others] = tenantIds;
    await admins[0]?.flushall();
    expect(await reserveOf(flushed)).toEqual({ kind: "fenced" });
    expect(await ledger.open(flushed, 1)).not.toBe("opened");
    for (const tenantId of others) expect(gist(await reserveOne(ledger, lead, { tenantId }))).toBe("ann");
    expect(await ledger.readyEpoch(tenantIds)).toBeNull();
    expect(await ledger.readyEpoch(others)).toBe(1);
    expect(await ledger.seed(2, noRows(tenantIds))).toBe("activated");
    expect(await ledger.readyEpoch(tenantIds)).toBe(2);
  });

  it("F6: while a master is down its tenants wait, the others go on, and no recovery can begin", async () => {
    const [first = "", away = "", third = ""] = tenantIds;
    await cluster.masters[1]?.kill();
    try {
      await expect(reserveOf(away)).rejects.toMatchObject(unavailable);
      await expect(ledger.readyEpoch(tenantIds)).rejects.toMatchObject(unavailable);
      for (const tenantId of [first, third]) expect(gist(await reserveOne(ledger, lead, { tenantId }))).toBe("ann");
      const late = await openRedisLedger({ url: cluster.url });
      expect(gist(await reserveOne(late, lead, { tenantId: first }))).toBe("ann");
      await late.close();
      // A recovery that had begun before.
      await expect(ledger.seed(2, noRows(tenantIds))).rejects.toMatchObject(unavailable);
      expect(await ledger.readyEpoch([first, third])).toBe(2);
    } finally {
      await cluster.masters[1]?.restart();
    }
    await allAnswer();
    expect(await reserveOf(away)).toEqual({ kind: "fenced" });
    expect(await ledger.seed(3, noRows(tenantIds))).toBe("activated");
  });

  it("F6: a master that dies while it is seeded is no loss to the tenants of the others", async () => {
    const [first = "", dying = "", third = ""] = tenantIds;
    let killed: Promise<void> | undefined;
    const rows = function* (): Generator<LedgerRow> {
      for (let key = 0; key < 20_000; key += 1) {
        if (key === 5000) killed = cluster.masters[1]?.kill();
        yield { kind: "identity", identityKey: `key-${key}`, leadId: "lead" };
      }
    };
    const seeding = ledger.seed(
      2,
      new Map<string, Iterable<LedgerRow>>([
        [first, []],
        [dying, rows()],
        [third, []],
      ]),
    );
    await expect(seeding).rejects.toMatchObject(unavailable);
    await killed;
    expect(await ledger.readyEpoch([first, third])).toBe(2);
    await cluster.masters[1]?.restart();
    await allAnswer();
    expect(await ledger.readyEpoch(tenantIds)).toBeNull();
    expect(await ledger.seed(3, noRows(tenantIds))).toBe("activated");
  });

  it("activates nobody before every master has its rows, since others take that for the end of the recovery", async () => {
    const [first = "", slow = ""] = tenantIds;
    let seen: Promise<number | null> | undefined;
    const rows = function* (): Generator<LedgerRow> {
      for (let key = 0; key < 20_000; key += 1) {
        if (key === 19_000) seen = ledger.readyEpoch([first]);
        yield { kind: "identity", identityKey: `key-${key}`, leadId: "lead" };
      }
    };
    const seeding = new Map<string, Iterable<LedgerRow>>([...noRows(tenantIds), [slow, rows()]]);
    expect(await ledger.seed(2, seeding)).toBe("activated");
    expect(await seen).toBe(1);
    expect(await ledger.readyEpoch(tenantIds)).toBe(2);
  });

  it("F7: is fenced on a replica that took over, and follows it", async () => {
    const [first = "", ...others] = tenantIds;
    await takeOver(cluster.replicas[0]!);
    try {
      await until(
        () => reserveOf(first).catch(() => null),
        (reply) => reply?.kind === "fenced",
      );
      for (const tenantId of others) expect(gist(await reserveOne(ledger, lead, { tenantId }))).toBe("ann");
      expect(await ledger.seed(2, noRows(tenantIds))).toBe("activated");
      expect(gist(await reserveOne(ledger, lead, { tenantId: first, epoch: 2 }))).toBe("ann");
    } finally {
      await takeOver(cluster.masters[0]!);
    }
  });

  it("answers nobody while the slot of a tenant moves, changes nothing, and is fenced where it has gone", async () => {
    const rows: LedgerRow[] = [
      { kind: "lead", leadId: "old", ...OLD_LEAD },
      { kind: "rep", repId: "bob", held: 1, loadMilli: 1000, credit: 1, turn: 1 },
      { kind: "held", repId: "bob", leadId: "old", cycle: 1 },
      { kind: "floor", nodeId: "team", floor: 1 },
      { kind: "turn", turn: 1 },
    ];
    await ledger.seed(2, new Map<string, Iterable<LedgerRow>>([...noRows(tenantIds), [mover, rows]]));
    const before = await dumpOf(ledger, mover);
    const slot = await admins[2]!.cluster("KEYSLOT", `fl:{${mover}}:meta`);
    const [from, to] = [admins[2]!, admins[0]!];
    const ids = await Promise.all([from, to].map((admin) => admin.cluster("MYID")));
    const move = async (keys: readonly string[]) =>
      void (await from.call("MIGRATE", "127.0.0.1", cluster.masters[0]!.port, "", 0, 1000, "KEYS", ...keys));

    await to.cluster("SETSLOT", slot, "IMPORTING", String(ids[0]));
    await from.cluster("SETSLOT", slot, "MIGRATING", String(ids[1]));
    // All that the script reads is there; the first thing it would write to and not find comes behind others.
    await expect(reserveOf(mover, 2)).rejects.toMatchObject(unavailable);
    await move([`fl:{${mover}}:meta`]);
    await expect(reserveOf(mover, 2)).rejects.toMatchObject(unavailable);
    const impatient = await openRedisLedger({ url: cluster.url, commandTimeoutMs: 200 });
    await cluster.masters[0]!.kill("SIGSTOP");
    await expect(impatient.reserve(request([lead], { tenantId: mover, epoch: 2 }))).rejects.toMatchObject(unavailable);
    await cluster.masters[0]!.kill("SIGCONT");
    await impatient.close();
    await move(await from.keys(`fl:{${mover}}:*`));
    expect(await dumpOf(ledger, mover)).toEqual(before);
    for (const admin of [to, from]) await admin.cluster("SETSLOT", slot, "NODE", String(ids[1]));

    expect(await reserveOf(mover, 2)).toEqual({ kind: "fenced" });
    expect(await ledger.seed(3, noRows([...tenantIds, mover]))).toBe("activated");
    expect(gist(await reserveOne(ledger, lead, { tenantId: mover, epoch: 3 }))).toBe("ann");
  });

  it("F8: finds a cluster again all of whose nodes were away", async () => {
    const servers = [...cluster.masters, ...cluster.replicas];
    await Promise.all(servers.map((server) => server.kill()));
    await expect(reserveOf(tenantIds[0]!)).rejects.toMatchObject(unavailable);
    await Promise.all(servers.map((server) => server.restart()));
    await allAnswer();
    expect(await reserveOf(tenantIds[0]!)).toEqual({ kind: "fenced" });
  });
});

const OLD_LEAD = {
  cycle: 1,
  status: "owned",
  via: "routed",
  planVersion: 1,
  atMs: 0,
  loadMilli: 1000,
  credit: 1,
  turn: 1,
  floor: 1,
  ref: "bob",
} as const;
