import { existsSync, rmSync, writeFileSync } from "node:fs";
import { downloadKafkaJars, hasKafkaJars, kafkaJars } from "./kafka-jars.ts";
import { runTool } from "./run-tool.ts";
import { fakeTimeLibrary, findProgram, postgresDirectory } from "./tools.ts";

/** A program that the servers, or the linters, cannot do without, and the Debian package that brings it. */
interface Requirement {
  readonly program: string;
  readonly debianPackage: string;
  readonly isThere: () => boolean;
}

const REQUIREMENTS: readonly Requirement[] = [
  { program: "redis-server", debianPackage: "redis-server", isThere: () => findProgram("redis-server") !== undefined },
  { program: "initdb and postgres", debianPackage: "postgresql", isThere: () => postgresDirectory() !== undefined },
  {
    program: "java (17 or later)",
    debianPackage: "default-jre-headless",
    isThere: () => findProgram("java") !== undefined,
  },
  // Needed for the download only.
  { program: "mvn", debianPackage: "maven", isThere: () => hasKafkaJars() || findProgram("mvn") !== undefined },
  {
    program: "libfaketime",
    debianPackage: "libfaketime",
    isThere: () => fakeTimeLibrary() !== undefined || process.platform !== "linux",
  },
  { program: "luacheck", debianPackage: "lua-check", isThere: () => findProgram("luacheck") !== undefined },
];

const START_POLICY = "/usr/sbin/policy-rc.d";

/**
 * Brings what is missing for the local servers: Debian packages where we may (root on a system with apt), otherwise it
 * rejects with the command to run; and the jars of Kafka. Takes milliseconds when nothing is missing.
 */
export async function installMissing(say: (line: string) => void): Promise<void> {
  const missing = REQUIREMENTS.filter(({ isThere }) => !isThere());
  if (missing.length > 0) await installPackages(missing, say);
  if (!hasKafkaJars()) {
    say(`Downloading Kafka to ${kafkaJars()} …`);
    await downloadKafkaJars();
  }
}

async function installPackages(missing: readonly Requirement[], say: (line: string) => void): Promise<void> {
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  if (findProgram("apt-get") === undefined) {
    throw new Error(
      `Not installed: ${missing.map(({ program }) => program).join(", ")}. Put these programs on the PATH.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `Not installed: ${packages.join(", ")}. Run: sudo apt-get update && sudo apt-get ${install.join(" ")}`,
    );
  }
  say(`Installing ${packages.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await withoutStartingServices(async () => {
    await runTool("apt-get", ["update"], { env });
    await runTool("apt-get", install, { env });
  });
}

/**
 * The packages of Redis and PostgreSQL start a server each, on the usual ports, unless this file of Debian's says no
 * (exit 101). We only want their programs. A file that is there already is somebody's decision and stays.
 */
async function withoutStartingServices(act: () => Promise<void>): Promise<void> {
  if (existsSync(START_POLICY)) return act();
  writeFileSync(START_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await act();
  } finally {
    rmSync(START_POLICY);
  }
}
