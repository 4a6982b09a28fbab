import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { kafkaJars } from "../../deploy/local/kafka-jars.ts";
import { runTool } from "../../deploy/local/run-tool.ts";
import { findProgram } from "../../deploy/local/tools.ts";

const K6_VERSION = "1.8.1";

/**
 * The k6 that FAIRLEAD_K6 names, or the pinned version, built once per user next to the Kafka jars. That takes Go and some
 * two minutes; go checks the sources against its sum database.
 */
export async function k6Binary(say: (line: string) => void): Promise<string> {
  const given = process.env["FAIRLEAD_K6"];
  if (given !== undefined && given !== "") return given;
  const cache = dirname(kafkaJars());
  const binary = join(cache, `k6-${K6_VERSION}`, "k6");
  if (existsSync(binary)) return binary;
  if (findProgram("go") === undefined) {
    throw new Error("go is not on the PATH: install Go, or name a k6 binary in FAIRLEAD_K6.");
  }
  say(`Building k6 ${K6_VERSION} in ${dirname(binary)}; this takes some two minutes, once …`);
  const aside = `${dirname(binary)}.${process.pid}`;
  try {
    mkdirSync(aside, { recursive: true });
    await runTool("go", ["install", `go.k6.io/k6@v${K6_VERSION}`], { env: { ...process.env, GOBIN: aside } });
    if (!existsSync(binary)) renameSync(aside, dirname(binary));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return binary;
}
