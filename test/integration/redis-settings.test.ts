import { setTimeout as delay } from "node:timers/promises";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../../deploy/local/redis.ts";
import { type ConnectOptions, connectRedis } from "../../services/core/adapters/redis/connect.ts";
import { defineScript } from "../../services/core/adapters/redis/define-script.ts";
import { loseReply, tapSockets } from "../support/socket-tap.ts";

const COUNTER = "counter";
const PATIENT_MS = 8000;

const countUp = defineScript<string, number>({
  files: [new URL("redis-settings.lua", import.meta.url)],
  encode: (key) => ({ keys: [key], argv: [] }),
  decode: Number,
});

/** Each of these fails when its setting of connect.ts is taken away: test/mutation shows it. */
describe("the settings of a Redis connection", () => {
  let server: RedisServer;
  let admin: Redis;
  const clients: Redis[] = [];
  let untap = (): void => undefined;

  const connect = async (options: Partial<ConnectOptions>): Promise<Redis> => {
    const client = await connectRedis({ url: server.url, ...options });
    if (!(client instanceof Redis)) throw new Error("A client of a cluster was not asked for.");
    clients.push(client);
    return client;
  };
  const open = (): Promise<Redis> => connect({ commandTimeoutMs: PATIENT_MS });
  /** The next command of that name runs, and its reply is lost with the link. */
  const loseReplyTo = (command: RegExp): void => {
    let isArmed = true;
    untap = tapSockets((socket, bytes) => {
      if (!isArmed || socket.remotePort !== server.port || !command.test(bytes.toString("latin1"))) return;
      isArmed = false;
      loseReply(socket);
    });
  };
  const counter = async (): Promise<number> => Number(await admin.get(COUNTER));

  beforeAll(async () => {
    // The queue of connections that nobody has accepted yet is short, for the test of connectTimeout.
    server = await startRedis({ appendOnly: "off", settings: { "tcp-backlog": 1 } });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(() => admin.flushall());
  afterEach(() => {
    untap();
    for (const client of clients.splice(0)) client.disconnect();
  });

  it.each([
    ["INCR", /incr/iu, (client: Redis) => client.incr(COUNTER)],
    ["EVALSHA", /evalsha/iu, (client: Redis) => countUp(client, COUNTER)],
  ])("autoResendUnfulfilledCommands: %s whose reply is lost runs once and is an error", async (_, command, run) => {
    await countUp(admin, "so that the server knows the script");
    const client = await open();
    loseReplyTo(command);
    await expect(run(client)).rejects.toThrow();
    await vi.waitFor(() => client.ping(), { timeout: 5000, interval: 20 });
    // What is sent again is sent before the ping that waits for it.
    expect(await counter()).toBe(1);
    // ioredis empties the queue of what it would send again when it fails the commands at once, so that today the next
    // setting alone would do; this one must still be there when somebody allows a second attempt.
    expect(client.options.autoResendUnfulfilledCommands).toBe(false);
  });

  it("maxRetriesPerRequest: a command whose link breaks fails at once, not at its time limit", async () => {
    const client = await open();
    loseReplyTo(/incr/iu);
    const sentMs = performance.now();
    await expect(client.incr(COUNTER)).rejects.toThrow(/max retries per request/u);
    expect(performance.now() - sentMs).toBeLessThan(PATIENT_MS / 10);
    expect(await counter()).toBe(1);
  });

  it("enableOfflineQueue: a command for a server that is away fails at once and never runs", async () => {
    const client = await open();
    const closed = once(client, "close");
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await closed;
    await expect(client.incr(COUNTER)).rejects.toThrow(/isn't writeable/u);
    await vi.waitFor(() => client.ping(), { timeout: 5000, interval: 20 });
    expect(await counter()).toBe(0);
  });

  it("commandTimeout: a server that is silent counts as unanswered after 500 ms, though the command still runs", async () => {
    const client = await connect({});
    await server.kill("SIGSTOP");
    try {
      const sentMs = performance.now();
      await expect(within(5000, client.incr(COUNTER))).rejects.toThrow("Command timed out");
      expect(performance.now() - sentMs).toBeGreaterThan(450);
    } finally {
      await server.kill("SIGCONT");
    }
    await vi.waitFor(async () => expect(await counter()).toBe(1), { timeout: 5000, interval: 20 });
  });

  it("connectTimeout: a host that accepts nobody is given up after 1 s", async () => {
    await server.kill("SIGSTOP");
    const queued: Socket[] = [];
    try {
      await fillBacklog(server.port, queued);
      const startedMs = performance.now();
      await expect(within(5000, open())).rejects.toMatchObject({ code: "LEDGER_UNAVAILABLE", retriable: true });
      expect(performance.now() - startedMs).toBeGreaterThan(900);
    } finally {
      for (const socket of queued) socket.destroy();
      await server.kill("SIGCONT");
    }
  });

  it("maxmemory-policy: a server that may evict keys is refused at the start", async () => {
    await admin.config("SET", "maxmemory-policy", "volatile-lru");
    try {
      await expect(open()).rejects.toMatchObject({ code: "CONFIG_INVALID", at: "FAIRLEAD_REDIS_URL" });
    } finally {
      await admin.config("SET", "maxmemory-policy", "noeviction");
    }
  });
});

/** Connects until a connection is no longer accepted by the kernel in the server's name. */
async function fillBacklog(port: number, sockets: Socket[]): Promise<void> {
  for (let count = 0; count < 64; count += 1) {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    sockets.push(socket);
    const isAccepted = await Promise.race([once(socket, "connect").then(() => true), delay(300, false)]);
    if (!isAccepted) return;
  }
  throw new Error("The queue of the listening socket has no end.");
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const late = delay(ms, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`Nothing within ${ms} ms.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timeout.abort();
    late.catch(() => undefined);
  }
}
