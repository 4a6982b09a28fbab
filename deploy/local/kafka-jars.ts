import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "./run-tool.ts";

const POM = fileURLToPath(new URL("./kafka-pom.xml", import.meta.url));
/** Written last. Lists each jar with its size, so that a broken or half-removed download is noticed and repeated. */
const MARKER = "complete.json";

/** The version has one home, the pom. */
const KAFKA_VERSION = /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>(.+)<\/version>/.exec(
  readFileSync(POM, "utf8"),
)?.[1];

/** One copy per user, so that each fresh checkout does not download Kafka again. */
export function kafkaJars(): string {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(process.env["FAIRLEAD_SERVERS_DIR"] || join(cache, "fairlead"), `kafka-${KAFKA_VERSION}`);
}

export function hasKafkaJars(): boolean {
  const marker = join(kafkaJars(), MARKER);
  if (!existsSync(marker)) return false;
  const sizes = JSON.parse(readFileSync(marker, "utf8")) as Record<string, number>;
  return Object.entries(sizes).every(
    ([jar, bytes]) => statSync(join(kafkaJars(), jar), { throwIfNoEntry: false })?.size === bytes,
  );
}

/** Some 43 MB from Maven Central, with checksums verified. Built aside and renamed, so two at once do no harm. */
export async function downloadKafkaJars(): Promise<void> {
  const target = kafkaJars();
  const aside = `${target}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${aside}`];
    await runTool("mvn", ["--batch-mode", "--quiet", "--strict-checksums", "--file", POM, ...goal]);
    const sizes = readdirSync(aside).map((jar) => [jar, statSync(join(aside, jar)).size]);
    writeFileSync(join(aside, MARKER), JSON.stringify(Object.fromEntries(sizes), undefined, 2));
    if (hasKafkaJars()) return;
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
