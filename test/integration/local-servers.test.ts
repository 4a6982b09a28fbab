import { spawn } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { startRedis } from "../../deploy/local/redis.ts";
import { freshDatabase, freshRedis, kafkaBrokers } from "../support/servers.ts";

describe("the servers of a test run", () => {
  it("have a Kafka broker that describes its cluster", async () => {
    const admin = new Kafka({ brokers: [...kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.disconnect();
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual(kafkaBrokers());
  });

  it("have a Redis that answers, never evicts, and gives each caller a database of its own", async () => {
    const [first, second] = [await freshRedis(), await freshRedis()];
    expect(first).not.toBe(second);
    const client = new Redis(first);
    expect(await client.ping()).toBe("PONG");
    expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
  });

  it("have a PostgreSQL that answers from a new database", async () => {
    const client = new Client({ connectionString: await freshDatabase() });
    await client.connect();
    const { rows } = await client.query("SELECT 1 AS one");
    await client.end();
    expect(rows).toEqual([{ one: 1 }]);
  });
});

describe("a server of one's own", () => {
  it("comes back on the same port with its data after kill -9", async () => {
    const redis = await startRedis({ appendOnly: "always" });
    const client = new Redis(redis.url);
    await client.set("key", "kept");
    const firstPid = redis.pid;

    await redis.kill("SIGKILL");
    expect(redis.pid).toBeUndefined();
    await redis.restart();

    expect(redis.pid).not.toBe(firstPid);
    expect(await client.get("key")).toBe("kept");
    client.disconnect();
    await redis.stop();
    expect(redis.pid).toBeUndefined();
  });

  it("is gone soon after the process that started it is killed with -9", async () => {
    const module = new URL("../../deploy/local/redis.ts", import.meta.url).href;
    const script = `const { startRedis } = await import(${JSON.stringify(module)}); console.log((await startRedis()).pid);`;
    const owner = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(owner.stdout, "data");
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);

    owner.kill("SIGKILL");

    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
