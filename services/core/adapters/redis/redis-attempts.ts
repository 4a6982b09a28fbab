import type { Attempts } from "../../ports/attempts.ts";
import { type ConnectOptions, connectRedis, type RedisClient } from "./connect.ts";
import { orUnavailable } from "./ledger-fault.ts";

/** Longer than any pause between two restarts of a process that keeps dying. */
const KEPT_SECONDS = 24 * 60 * 60;

export interface RedisAttempts extends Attempts {
  close(): Promise<void>;
}

/**
 * Counts that all processes share, since a partition may move to another one when its owner dies. Connects when it is
 * first asked, as most processes never do.
 *
 * @param prefix of the installation, which may share the server with others
 */
export function createRedisAttempts(options: ConnectOptions, prefix: string): RedisAttempts {
  const key = (work: string): string => `fl:attempts:${prefix}:${work}`;
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
      const count = await orUnavailable(client.incr(key(work)));
      await orUnavailable(client.expire(key(work), KEPT_SECONDS));
      return count;
    },
    async end(work) {
      await orUnavailable((await connected()).del(key(work)));
    },
    async close() {
      (await connecting?.catch(() => undefined))?.disconnect();
    },
  };
}
