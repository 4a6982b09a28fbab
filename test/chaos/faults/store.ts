import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { World } from "../world.ts";
import { anyMoment, type Fault } from "./fault.ts";

/** PostgreSQL is killed, away for a while, silent, or throws everybody out. */
async function disturbStore(world: World, nth: number): Promise<number> {
  const { postgres, postgresProxy } = world.stage;
  await anyMoment(world, 300);
  switch (nth % 5) {
    case 0:
      await postgres.kill();
      await postgres.restart();
      break;
    case 1:
      await postgres.stop();
      await anyMoment(world, 3_000);
      await postgres.restart();
      break;
    case 2:
      postgresProxy.set({ kind: "half_open" });
      await delay(1_000 + world.random.below(2_000));
      postgresProxy.heal();
      break;
    case 3:
      await throwOut(postgres.url);
      break;
    default:
      return (await loseCommit(world)) ? 1 : 0;
  }
  return 1;
}

const COMMIT_STATEMENT = "write-batch";
const NOBODY_WRITES_MS = 10_000;

/** The projection has committed, and the projector is not told. */
function loseCommit({ stage: { postgresProxy } }: World): Promise<boolean> {
  const hit = postgresProxy.strike({ kind: "cut", within: "reply", afterBytes: 0 }, (request) =>
    request.includes(COMMIT_STATEMENT),
  );
  return Promise.race([hit, delay(NOBODY_WRITES_MS, false)]);
}

async function throwOut(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
  await client.end();
}

export const storeFaults: readonly Fault[] = [{ row: "F18", inject: disturbStore }];
