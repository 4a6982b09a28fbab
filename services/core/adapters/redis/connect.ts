import { Redis } from "ioredis";
import { Fault } from "../../domain/fault.ts";
import { orUnavailable } from "./ledger-fault.ts";

export interface ConnectOptions {
  readonly url: string;
  /** After this a command counts as unanswered; it may still run. Default 500. */
  readonly commandTimeoutMs?: number;
  /** Told of every lost connection and failed attempt; the client goes on trying. */
  readonly onConnectionError?: (error: Error) => void;
}

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1000;
const LONGEST_RETRY_MS = 1000;

/**
 * A connection that never sends a command twice. By default ioredis repeats what was in flight when a link broke, and a
 * command whose reply was lost would run twice; it also keeps commands for a server that is away.
 */
export async function connectRedis({ url, commandTimeoutMs, onConnectionError }: ConnectOptions): Promise<Redis> {
  const client = new Redis(url, {
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_RETRY_MS),
  });
  client.on("error", onConnectionError ?? (() => undefined));
  try {
    await orUnavailable(client.connect());
    await expectNoEviction(client);
    return client;
  } catch (cause) {
    client.disconnect();
    throw cause;
  }
}

/** An evicted key would be a silent loss that no epoch shows. INFO tells even where a provider forbids CONFIG. */
async function expectNoEviction(client: Redis): Promise<void> {
  const policy = readInfo(await orUnavailable(client.info("memory")), "maxmemory_policy");
  if (policy === "noeviction") return;
  throw new Fault("CONFIG_INVALID", `Redis must run with maxmemory-policy noeviction, not ${policy}.`, {
    at: "FAIRLEAD_REDIS_URL",
  });
}

/** Changes at every start of a server, and tells a replica from its primary. */
export async function readRunId(client: Redis): Promise<string> {
  return readInfo(await orUnavailable(client.info("server")), "run_id");
}

function readInfo(info: string, name: string): string {
  const line = info.split("\r\n").find((text) => text.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`INFO of Redis does not tell ${name}.`);
  return line.slice(name.length + 1);
}
