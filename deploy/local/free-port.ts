import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections. A server that is down
 * must find its port free when it comes back, and a client that keeps dialling a closed loopback port inside that
 * range sooner or later gets the port itself and is connected to itself.
 */
const LOWEST_PORT = 18_000;
const HIGHEST_PORT = 32_000;
const ATTEMPTS = 200;

const taken = new Set<number>();

/** A loopback port on which nothing listens, never given twice by one process. Random, since others look too. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (taken.has(port)) continue;
    taken.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`No free loopback port between ${LOWEST_PORT} and ${HIGHEST_PORT} in ${ATTEMPTS} attempts.`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
