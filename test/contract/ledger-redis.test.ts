import { openRedisLedger } from "../../services/core/adapters/redis/redis-ledger.ts";
import { freshRedis } from "../support/servers.ts";
import { ledgerContract } from "./ledger.contract.ts";

/** Longer than in production: two cores carry the tests and all servers. */
const COMMAND_TIMEOUT_MS = 5000;

ledgerContract("the Redis ledger", async () =>
  openRedisLedger({ url: await freshRedis(), commandTimeoutMs: COMMAND_TIMEOUT_MS }),
);
