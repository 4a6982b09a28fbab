import type { TestProject } from "vitest/node";
import { type ServerAddresses, startServers } from "../../deploy/local/servers.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Or why there are none. */
    readonly servers: ServerAddresses | { readonly problem: string };
  }
}

/**
 * One Kafka, one Redis and one PostgreSQL for the whole run; `servers.ts` hands out what tests need of them. Where they
 * cannot be had, the tests that ask for them fail and say why, and all the others still run.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const servers = await startServers({ env: process.env, say: (line) => console.error(line) });
    const { kafkaBrokers, redisUrl, postgresUrl } = servers;
    project.provide("servers", { kafkaBrokers, redisUrl, postgresUrl });
    return () => servers.stop();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    console.error(problem);
    project.provide("servers", { problem });
    return undefined;
  }
}
