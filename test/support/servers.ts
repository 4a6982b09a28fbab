import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { Client } from "pg";
import { inject } from "vitest";
import type { ServerAddresses } from "../../deploy/local/servers.ts";

/** host:port of each broker of the run's Kafka. Tests share it: use topics and groups with names of your own. */
export function kafkaBrokers(): readonly string[] {
  return addresses().kafkaBrokers;
}

/** The run's Redis, database 0, which is for nobody: use `freshRedis`. */
export function redisUrl(): string {
  return addresses().redisUrl;
}

/** The run's PostgreSQL, database `postgres`, as superuser: use `freshDatabase`. */
export function postgresUrl(): string {
  return addresses().postgresUrl;
}

/** A name that no other test has, for topics, groups and the like. */
export function freshName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString("hex")}`;
}

/**
 * An empty logical database of the run's Redis for the caller alone. Don't use FLUSHALL, CONFIG SET or a restart on it:
 * for that, start a Redis of your own with `startRedis` of deploy/local.
 */
export async function freshRedis(): Promise<string> {
  const client = new Redis(redisUrl());
  try {
    // Counted in Redis, since test files run in several processes.
    const taken = await client.incr("fairlead-test:databases-taken");
    const [, databases] = (await client.config("GET", "databases")) as [string, string];
    const url = new URL(redisUrl());
    url.pathname = `/${1 + ((taken - 1) % (Number(databases) - 1))}`;
    await client.select(Number(url.pathname.slice(1)));
    await client.flushdb();
    return url.href;
  } finally {
    client.disconnect();
  }
}

/** An empty database of the run's PostgreSQL for the caller alone. */
export async function freshDatabase(): Promise<string> {
  const name = freshName("test");
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE "${name}" TEMPLATE template0`);
  } finally {
    await client.end();
  }
  const url = new URL(postgresUrl());
  url.pathname = `/${name}`;
  return url.href;
}

function addresses(): ServerAddresses {
  const servers = inject("servers");
  if ("problem" in servers) throw new Error(`The servers of the test run did not start: ${servers.problem}`);
  return servers;
}
