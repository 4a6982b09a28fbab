import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import type { ReserveRequest } from "../../services/core/domain/ledger/reservation.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import { freshRedis } from "../support/servers.ts";
import { dumpOf, request, rowsOf } from "./ledger-builders.ts";
import { type LedgerCommand, START_MS, ledgerCommands, loggedChanges } from "./ledger-commands.ts";

const RUNS = Number(process.env["FAIRLEAD_TEST_RUNS"] ?? 250);

describe("the memory ledger and the Redis ledger", () => {
  let redis: Ledger;
  let tenantCount = 0;

  beforeAll(async () => {
    redis = await openRedisLedger({ url: await freshRedis(), commandTimeoutMs: 5000 });
  });
  afterAll(() => redis.close());

  it(
    "give identical replies and hold identical rows after any sequence of commands",
    { timeout: 600_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(ledgerCommands, async (commands) => {
          tenantCount += 1;
          const ledgers = [createMemoryLedger(), redis];
          expect(await play(commands, ledgers, `tenant-${tenantCount}`)).toBe(commands.length);
        }),
        { numRuns: RUNS },
      );
    },
  );
});

/** Only grows, as in an installation: the Redis one is the same for all runs. */
let epoch = 0;

/** Does the same to all ledgers, comparing after each command; returns how many it compared. */
async function play(commands: readonly LedgerCommand[], ledgers: readonly Ledger[], tenantId: string): Promise<number> {
  const batches: ReserveRequest[] = [];
  epoch += 1;
  let atMs = START_MS;
  let compared = 0;
  const both = async <T>(call: (ledger: Ledger) => Promise<T>): Promise<T> => {
    const [memory, redis] = await Promise.all(ledgers.map(call));
    expect(redis).toEqual(memory);
    return memory!;
  };
  await both((ledger) => ledger.seed(epoch, new Map([[tenantId, []]])));
  for (const command of commands) {
    switch (command.kind) {
      case "reserve": {
        atMs += command.afterMs;
        const batch = request(command.items, { tenantId, epoch, atMs });
        batches.push(batch);
        await both((ledger) => ledger.reserve(batch));
        break;
      }
      case "repeat": {
        const batch = batches[command.which % Math.max(1, batches.length)];
        if (batch !== undefined) await both((ledger) => ledger.reserve(batch));
        break;
      }
      case "apply":
        await both((ledger) => ledger.apply(tenantId, command.changes, epoch));
        break;
      case "log": {
        const batch = batches[command.which % Math.max(1, batches.length)];
        if (batch === undefined) break;
        await both((ledger) => ledger.apply(tenantId, loggedChanges(batch, command.closures), epoch));
        break;
      }
      case "reseed": {
        epoch += 1;
        await both(async (ledger) => ledger.seed(epoch, new Map([[tenantId, await rowsOf(ledger, tenantId)]])));
      }
    }
    await both((ledger) => dumpOf(ledger, tenantId));
    compared += 1;
  }
  return compared;
}
