/**
 * Real servers without containers.
 *
 *   node deploy/local/main.ts install           brings what is missing on this machine
 *   node deploy/local/main.ts up [--data DIR]   starts Kafka, Redis and PostgreSQL, prints their addresses as
 *                                               environment lines, and keeps them up until Ctrl-C
 */
import { parseArgs } from "node:util";
import { installMissing } from "./install.ts";
import { startServers } from "./servers.ts";

const { positionals, values } = parseArgs({ allowPositionals: true, options: { data: { type: "string" } } });
const [command] = positionals;
// Standard output is for the environment lines only.
const say = (line: string) => console.error(line);

try {
  if (command === "install") {
    await installMissing(say);
  } else if (command === "up") {
    await up(values.data);
  } else {
    say('Say "up" or "install".');
    process.exitCode = 2;
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  // Servers that did start are ended by the guard.
  process.exit(1);
}

async function up(dataDir: string | undefined): Promise<void> {
  // Listened to from the start: an interrupt while the servers start must not leave them behind.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const servers = await startServers({ env: process.env, dataDir, say });
  console.log(`FAIRLEAD_KAFKA_BROKERS=${servers.kafkaBrokers.join(",")}`);
  console.log(`FAIRLEAD_REDIS_URL=${servers.redisUrl}`);
  console.log(`FAIRLEAD_POSTGRES_URL=${servers.postgresUrl}`);
  const keepAlive = setInterval(() => {}, 60_000);
  await interrupted;
  clearInterval(keepAlive);
  await servers.stop();
}
