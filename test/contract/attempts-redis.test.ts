import { expect, it } from "vitest";
import { createRedisAttempts, type RedisAttempts } from "../../services/core/adapters/redis/redis-attempts.ts";
import { freshRedis } from "../support/servers.ts";
import { loseReply, tapSockets } from "../support/socket-tap.ts";
import { attemptsContract } from "./attempts.contract.ts";

/** Longer than in production: two cores carry the tests and all servers. */
const COMMAND_TIMEOUT_MS = 5000;

attemptsContract("Redis", async () => {
  const options = { url: await freshRedis(), commandTimeoutMs: COMMAND_TIMEOUT_MS };
  const joined: RedisAttempts[] = [];
  return {
    join() {
      const attempts = createRedisAttempts(options, "test");
      joined.push(attempts);
      return attempts;
    },
    close: async () => void (await Promise.all(joined.map((attempts) => attempts.close()))),
  };
});

it("attempts: a process whose answers are lost still counts once", async () => {
  const attempts = createRedisAttempts({ url: await freshRedis(), commandTimeoutMs: COMMAND_TIMEOUT_MS }, "test");
  await attempts.begin("other");
  let lost = 0;
  const untap = tapSockets((socket, bytes) => {
    if (lost === 3 || !/sadd/iu.test(bytes.toString("latin1"))) return;
    lost += 1;
    loseReply(socket);
  });
  try {
    await expect.poll(() => attempts.begin("w").catch(() => "unknown"), { timeout: 10_000, interval: 20 }).toBe(1);
    expect(lost).toBe(3);
  } finally {
    untap();
    await attempts.close();
  }
});
