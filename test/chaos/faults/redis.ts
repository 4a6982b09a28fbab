import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { until } from "../../support/flow-until.ts";
import { asRedisAdmin } from "../../support/redis-admin.ts";
import type { AppendMode } from "../stage.ts";
import type { World } from "../world.ts";
import { anyMoment, epochOf, recovered, type Fault } from "./fault.ts";

const MODES: readonly AppendMode[] = ["always", "everysec", "off"];

async function flush(world: World): Promise<number> {
  const epoch = await recovered(world, 0);
  await anyMoment(world, 200);
  await asRedisAdmin(world.redis(), (admin) => admin.flushall());
  await recovered(world, epoch);
  return 1;
}

/** A third of the kills with each way of writing to disk; the change of servers is itself the loss of everything. */
async function killRedis(world: World, nth: number): Promise<number> {
  const server = world.stage.redis[MODES[nth % MODES.length] ?? "always"];
  world.useRedis(server);
  for (const { redis } of world.members) redis.cutAll();
  const epoch = await recovered(world, 0);
  await anyMoment(world, 300);
  await server.kill();
  await server.restart();
  await recovered(world, epoch);
  return 1;
}

/** A split brain: some processes go over to a replica that is behind, the others do not notice for a while. */
async function failOver(world: World): Promise<number> {
  const { stage, random, members } = world;
  const old = world.redis();
  const promoted = old === stage.replica ? stage.redis.always : stage.replica;
  await recovered(world, 0);
  await asRedisAdmin(promoted, async (admin) => {
    await admin.replicaof("127.0.0.1", old.port);
    await until(
      async () => await admin.info("replication"),
      (info) => info.includes("master_link_status:up"),
      { what: "the replica to have caught up" },
    );
    // From here on it hears of nothing more.
    await admin.replicaof("NO", "ONE");
  });
  await anyMoment(world, 500);
  const moved = members.filter(() => random.chance(0.5));
  world.useRedis(promoted, moved);
  for (const { redis } of moved) redis.cutAll();
  await anyMoment(world, 1_500);
  world.useRedis(promoted);
  for (const { redis } of members) redis.cutAll();
  await recovered(world, 0);
  return 1;
}

const NOBODY_CALLS_MS = 5_000;
const SCRIPT_CALL = Buffer.from("EVALSHA");

/** The script ran, and whoever called it is not told. */
async function loseReplies({ members, random }: World): Promise<number> {
  const { redis } = random.pick(members.filter(({ name }) => name.startsWith("router") || name === "desk"));
  const hit = redis.strike({ kind: "cut", within: "reply", afterBytes: random.pick([0, 0, 1, 20]) }, (request) =>
    request.includes(SCRIPT_CALL),
  );
  // A router that has no partition just then sends nothing.
  return (await Promise.race([hit, delay(NOBODY_CALLS_MS, false)])) ? 1 : 0;
}

async function fallSilent({ members, random }: World): Promise<number> {
  const { redis } = random.pick(members);
  redis.set({ kind: "half_open" });
  // Longer than the 500 ms after which a command counts as unanswered.
  await delay(600 + random.below(400));
  redis.heal();
  return 1;
}

/** Error replies that speak of the server's state. */
async function refuse(
  world: World,
  begin: (admin: Redis) => Promise<unknown>,
  end: (admin: Redis) => Promise<unknown>,
) {
  await recovered(world, 0);
  await asRedisAdmin(world.redis(), async (admin) => {
    await begin(admin);
    await delay(300 + world.random.below(300));
    await end(admin);
  });
  return 1;
}

const outOfMemory = (world: World): Promise<number> =>
  refuse(
    world,
    (admin) => admin.config("SET", "maxmemory", "1mb"),
    (admin) => admin.config("SET", "maxmemory", "0"),
  );

const readOnly = (world: World): Promise<number> =>
  refuse(
    world,
    (admin) => admin.replicaof("127.0.0.1", 1),
    (admin) => admin.replicaof("NO", "ONE"),
  );

/** Answers -LOADING while it reads its own data again, made slow. */
const loading = (world: World): Promise<number> =>
  refuse(
    world,
    async (admin) => {
      await admin.config("SET", "loading-process-events-interval-bytes", "1024");
      await admin.config("SET", "key-load-delay", "3000");
      await admin.call("DEBUG", "RELOAD");
    },
    (admin) => admin.config("SET", "key-load-delay", "0"),
  );

/** Of ten: seven replies lost, one silence, one error reply. */
function disturb(world: World, nth: number): Promise<number> {
  if (nth % 10 === 3) return fallSilent(world);
  if (nth % 10 === 7) return [outOfMemory, readOnly, loading][Math.floor(nth / 10) % 3]!(world);
  return loseReplies(world);
}

async function flushScripts(world: World): Promise<number> {
  await anyMoment(world, 200);
  await asRedisAdmin(world.redis(), (admin) => admin.script("FLUSH"));
  const epoch = await epochOf(world);
  return epoch > 0 ? 1 : 0;
}

export const redisFaults: readonly Fault[] = [
  { row: "F5", inject: flush },
  { row: "F6", inject: killRedis },
  { row: "F7", inject: failOver },
  { row: "F8", lanes: 2, inject: disturb },
  { row: "F9", inject: flushScripts },
];
