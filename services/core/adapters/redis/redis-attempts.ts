import { randomUUID } from "node:crypto";
import type { Attempts } from "../../ports/attempts.ts";
import { type ConnectOptions, connectRedis, type RedisClient } from "./connect.ts";
import { orUnavailable } from "./ledger-fault.ts";

/** Longer than any pause between two restarts of a process that keeps dying. */
const KEPT_SECONDS = 24 * 60 * 60;

export interface RedisAttempts extends Attempts {
  close(): Promise<void>;
}

/**
 * Sets of processes that all processes share, since a partition may move to another one when its owner dies. A number
 * would grow with every command whose reply is lost. Connects when it is first asked, as most processes never do.
 *
 * @param prefix of the installation, which may share the server with others
 */
export function createRedisAttempts(options: ConnectOptions, prefix: string): RedisAttempts {
  const key = (work: string): string => `fl:attempts:${prefix}:${work}`;
  const ownId = randomUUID();
  let connecting: Promise<RedisClient> | undefined;

  async function connected(): Promise<RedisClient> {
    connecting ??= connectRedis(options);
    try {
      return await connecting;
    } catch (cause) {
      connecting = undefined;
      throw cause;
    }
  }

  return {
    async begin(work) {
      const client = await connected();
      await orUnavailable(client.sadd(key(work), ownId));
      await orUnavailable(client.expire(key(work), KEPT_SECONDS));
      return orUnavailable(client.scard(key(work)));
    },
    async end(work) {
      await orUnavailable((await connected()).del(key(work)));
    },
    async close() {
      (await connecting?.catch(() => undefined))?.disconnect();
    },
  };
}
