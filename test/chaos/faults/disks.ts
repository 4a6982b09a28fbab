import { setTimeout as delay } from "node:timers/promises";
import { startEmbeddedChild, runFairlead } from "../../support/flow-child.ts";
import type { Flow } from "../../support/flow-open.ts";
import { leadAt, Tenant } from "../../support/flow-tenant.ts";
import { planOf, repsOf } from "../../support/plan-builder.ts";
import { mountSmallDisk, type SmallDisk } from "../small-disk.ts";
import type { World } from "../world.ts";
import { recovered, type Fault } from "./fault.ts";

const EMBEDDED_MEGABYTES = 48;
const SQUARE = [0, 40] as const;

/** The append-only file of Redis, the write-ahead log of PostgreSQL, the log of embedded mode. */
async function fillDisk(world: World, nth: number): Promise<number> {
  switch (nth % 3) {
    case 0:
      return fillRedis(world);
    case 1:
      return fillStore(world);
    default:
      return fillEmbedded();
  }
}

async function fillRedis(world: World): Promise<number> {
  const { redis, disks } = world.stage;
  if (disks === null) return 0;
  world.useRedis(redis.always);
  for (const member of world.members) member.redis.cutAll();
  await recovered(world, 0);
  disks.redis.fill();
  await delay(2_000);
  disks.redis.free();
  // With `appendfsync always` Redis ends itself rather than say that it wrote what it could not write.
  if (redis.always.pid === undefined) await redis.always.restart();
  await recovered(world, 0);
  return 1;
}

async function fillStore({ stage }: World): Promise<number> {
  const { postgres, disks } = stage;
  if (disks === null) return 0;
  disks.postgres.fill();
  await delay(2_000);
  disks.postgres.free();
  if (postgres.pid === undefined) await postgres.restart();
  return 1;
}

/** One process on a disk that fills up while leads come in: none that was acknowledged is lost. */
async function fillEmbedded(): Promise<number> {
  const disk = await mountSmallDisk(EMBEDDED_MEGABYTES);
  const env = { FAIRLEAD_DATA_DIR: `${disk.directory}/data`, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_DEMO: "0" };
  try {
    const acknowledged = await postUntilFull(env, disk);
    disk.free();
    await expectAll(env, acknowledged);
  } finally {
    await disk.remove();
  }
  return 1;
}

type Environment = Readonly<Record<string, string>>;

async function postUntilFull(env: Environment, disk: SmallDisk): Promise<readonly string[]> {
  const child = await startEmbeddedChild(env);
  const tenant = tenantAt(child.address);
  await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(10, { privatePool: 1_000 }) } }));
  const acknowledged: string[] = [];
  for (let index = 0; ; index += 1) {
    if (index === 100) disk.fill();
    const lead = JSON.stringify(leadAt(SQUARE, `disk-${index}`, { product: "x".repeat(200) }));
    const answer = await tenant.capture(lead).catch(() => null);
    if (answer?.status !== 202) break;
    acknowledged.push(String(answer.body["leadId"]));
  }
  await child.stop("SIGKILL");
  if (acknowledged.length < 100) throw new Error(`The disk was full after ${acknowledged.length} leads.`);
  return acknowledged;
}

async function expectAll(env: Environment, acknowledged: readonly string[]): Promise<void> {
  const child = await startEmbeddedChild(env);
  const tenant = tenantAt(child.address);
  for (const leadId of acknowledged) await tenant.lead(leadId, ({ state }) => state === "owned" || state === "parked");
  await child.stop();
  const { code, output } = await runFairlead(["verify"], env);
  if (code !== 0) throw new Error(`I7, I8: after a full disk, fairlead verify says ${output}`);
}

const tenantAt = (address: string): Tenant =>
  new Tenant({ capture: address, desk: address, planner: address } as Flow, "disk");

export const diskFaults: readonly Fault[] = [{ row: "F19", inject: fillDisk }];
