import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian keeps the programs of PostgreSQL: a folder for each major version, none of them on the PATH. */
const DEBIAN_POSTGRES = "/usr/lib/postgresql";

const LIBRARIES = "/usr/lib";

/** The full name of a program on the PATH. */
export function findProgram(name: string): string | undefined {
  return searchPath()
    .map((directory) => join(directory, name))
    .find((file) => existsSync(file));
}

export function findRedis(): string {
  return required(findProgram("redis-server"), "redis-server");
}

export function findJava(): string {
  return required(findProgram("java"), "java");
}

/** The folder of `initdb` and `postgres`, of the highest version there is. */
export function findPostgres(): string {
  return required(postgresDirectory(), "initdb");
}

export function postgresDirectory(): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
  const debian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN_POSTGRES, version, "bin"));
  return [...debian, ...searchPath()].find(
    (directory) => existsSync(join(directory, "initdb")) && existsSync(join(directory, "postgres")),
  );
}

/** Gives a process another clock when it is preloaded. Debian puts it into a folder of the machine's architecture. */
export function fakeTimeLibrary(): string | undefined {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  const files = folders.map((folder) => join(LIBRARIES, folder, "faketime", "libfaketime.so.1"));
  return files.find((file) => existsSync(file));
}

function searchPath(): readonly string[] {
  // /usr/sbin is on root's PATH only, and some packages put their servers there.
  return [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"].filter((entry) => entry !== "");
}

function required(found: string | undefined, name: string): string {
  if (found === undefined)
    throw new Error(`${name} is not installed. "npm run servers:install" installs it or says how.`);
  return found;
}
