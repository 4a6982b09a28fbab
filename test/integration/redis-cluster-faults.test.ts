import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../deploy/local/redis-cluster.ts";
import type { RedisServer } from "../../deploy/local/redis.ts";
import { metaKey } from "../../services/core/adapters/redis/keys.ts";
import { FAULT_MATRIX, wantedCount, type MatrixRow, type RowId } from "../chaos/fault-matrix.ts";
import { createRandom, type Random } from "../model/random.ts";
import { openClusterWorld, type ClusterWorld, type LoadedTenant } from "../support/cluster-world.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { until } from "../support/flow-until.ts";
import { asRedisAdmin, hasRole } from "../support/redis-admin.ts";

const seed = Number(process.env["FAIRLEAD_SEED"] ?? 1);
const START_MS = 120_000;
const NIGHT_MS = 3_600_000;
const ROWS = ["F5", "F6", "F7"] as const satisfies readonly RowId[];
/** Longer than the cluster takes to give a master up that has no replica. */
const OUTAGE_MS = 2_500;

/**
 * Routers, desk and all others on three masters, the first with a replica, while a master is flushed, killed, or given up
 * for a replica that is behind. One epoch covers all tenants: the doubt about one master is a recovery for all.
 */
describe("a Redis cluster under load", () => {
  const random: Random = createRandom(seed);
  let cluster: RedisCluster;
  let world: ClusterWorld;
  /** Change their parts with every failover. */
  let pair: { readonly master: RedisServer; readonly replica: RedisServer };
  beforeAll(async () => {
    cluster = await startRedisCluster({ appendOnly: "everysec", replicas: 1 });
    pair = { master: cluster.masters[0]!, replica: cluster.replicas[0]! };
    world = await openClusterWorld(cluster, random);
  }, START_MS);
  afterAll(async () => {
    await world.close();
    await cluster.stop();
  }, START_MS);

  const anyMoment = (withinMs: number): Promise<void> => delay(random.below(withinMs));
  const recovered = (before: number): Promise<number> =>
    until(world.epoch, (epoch) => epoch > before, { what: "the ledger to be recovered" });

  async function flush(nth: number): Promise<void> {
    const servers = [pair.master, ...cluster.masters.slice(1)];
    await asRedisAdmin(servers[nth % servers.length]!, (admin) => admin.flushall());
  }

  /** It has no replica: its tenants wait, and the desks of the others go on. */
  async function kill(nth: number): Promise<void> {
    const victim = cluster.masters[1 + (nth % 2)]!;
    const other = world.tenants[2 - (nth % 2)]![0]!;
    await victim.kill();
    const answered = answersOf(other);
    await delay(OUTAGE_MS);
    await hasAnswered(other, answered);
    await victim.restart();
  }

  /** By turns the master dies while its replica is behind, and falls silent and believes for a while that it still is one. */
  async function failOver(nth: number): Promise<void> {
    const { master, replica } = pair;
    if (nth % 2 === 0) {
      await leaveBehind(pair);
      await master.kill();
      await replica.kill("SIGCONT");
    } else {
      await master.kill("SIGSTOP");
    }
    await hasRole(replica, "master");
    if (nth % 2 === 1) {
      await anyMoment(1000);
      await master.kill("SIGCONT");
    } else {
      await master.restart();
    }
    await hasRole(master, "slave");
    pair = { master: replica, replica: master };
  }

  /** The doubt about one tenant is enough. */
  async function forget(): Promise<void> {
    const { tenantId } = world.tenants[1]![0]!;
    await asRedisAdmin(cluster.masters[1]!, (admin) => admin.del(metaKey(tenantId)));
  }

  it("loses nothing, decides nothing twice and exceeds no limit", { timeout: NIGHT_MS }, async () => {
    const faults = shuffled([...ofRow("F5", flush), ...ofRow("F6", kill), ...ofRow("F7", failOver), forget], random);
    const startedMs = performance.now();
    world.resume();
    await Promise.all(world.tenants.flat().map((tenant) => hasAnswered(tenant, 10)));
    for (const inject of faults) {
      const epoch = await recovered(0);
      await anyMoment(300);
      await inject();
      await recovered(epoch);
    }
    const endedMs = performance.now();
    await world.pause();
    expect(await world.problems()).toEqual([]);
    const [took, inOrder] = [endedMs - startedMs, performance.now() - endedMs].map((ms) => (ms / 1000).toFixed(1));
    console.info(`${faults.length} faults in ${took} s, in order after ${inOrder} s; ${world.leadCount()} leads`);
    for (const row of ROWS) tallyFaults({ row, level: "R", count: countOf(row) });
  });
});

const countOf = (row: RowId): number =>
  wantedCount(FAULT_MATRIX.find(({ id }) => id === row) as MatrixRow, "onCluster");

const ofRow = (row: (typeof ROWS)[number], inject: (nth: number) => Promise<void>): (() => Promise<void>)[] =>
  Array.from({ length: countOf(row) }, (_, nth) => () => inject(nth));

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}

const answersOf = ({ desk }: LoadedTenant): number => desk.answers.values().reduce((sum, count) => sum + count, 0);

const hasAnswered = (tenant: LoadedTenant, moreThan: number): Promise<number> =>
  until(
    () => Promise.resolve(answersOf(tenant)),
    (count) => count > moreThan,
    { what: `the desk of ${tenant.tenantId} to answer` },
  );

/** The replica is frozen, its link is cut, and the master goes on. */
async function leaveBehind({ master, replica }: { readonly master: RedisServer; readonly replica: RedisServer }) {
  await asRedisAdmin(master, async (admin) => {
    const offset = async () => Number(/master_repl_offset:(\d+)/u.exec(await admin.info("replication"))?.[1]);
    await replica.kill("SIGSTOP");
    await admin.call("CLIENT", "KILL", "TYPE", "replica");
    const begun = await offset();
    await until(offset, (now) => now > begun + 1000, { what: "the master to go on" });
  });
}
