import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { dataDirectory } from "./data-directory.ts";
import { freePort } from "./free-port.ts";
import { runTool } from "./run-tool.ts";
import { type Server, startServer, type UserIds } from "./server.ts";
import { findPostgres } from "./tools.ts";

export interface PostgresOptions {
  /** Default: a temporary folder. When we are root, the user `postgres` must be able to reach it. */
  readonly dataDir?: string | undefined;
  /** More lines of postgresql.conf, by name; they win. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface PostgresServer extends Server {
  /** Of the database `postgres`, as superuser. */
  readonly url: string;
  readonly port: number;
}

const READY_WITHIN_MS = 30_000;
const PROBE_TIMEOUT_MS = 1000;

/**
 * A PostgreSQL cluster of our own on a free loopback port; the package's default cluster is left alone. Anyone on this
 * machine may connect: it is for tests and trials.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const directory = dataDirectory("postgres", options.dataDir);
  const user = unprivilegedUser();
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const cluster = join(directory, "cluster");
  if (!existsSync(join(cluster, "PG_VERSION"))) await createCluster(cluster, user);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // Safe against the death of the server process, which tests cause, and not against that of the machine.
    fsync: "off",
    ...options.settings,
  };
  const server = await startServer({
    name: "PostgreSQL",
    command: join(findPostgres(), "postgres"),
    args: ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    user,
    logFile: join(directory, "postgres.log"),
    // "Fast": ends the sessions too. SIGTERM would wait until the last client has left.
    stopSignal: "SIGINT",
    probe: () => selectOne(url),
    readyWithinMs: READY_WITHIN_MS,
  });
  return Object.assign(server, { url, port });
}

async function createCluster(cluster: string, user: UserIds | undefined): Promise<void> {
  mkdirSync(cluster, { recursive: true });
  if (user !== undefined) chownSync(cluster, user.uid, user.gid);
  const args = ["-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
  await runTool(join(findPostgres(), "initdb"), args, { user });
}

/** PostgreSQL refuses to run as root; then it runs as the user of its package. */
function unprivilegedUser(): UserIds | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const found = ["postgres", "nobody"].map((name) => users.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (found.find((line) => line !== undefined) ?? "").split(":");
  if (uid === undefined || gid === undefined)
    throw new Error("As root, PostgreSQL needs a user named postgres or nobody.");
  return { uid: Number(uid), gid: Number(gid) };
}

async function selectOne(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PROBE_TIMEOUT_MS });
  try {
    await client.connect();
    await client.query("SELECT 1");
  } finally {
    await client.end();
  }
}
