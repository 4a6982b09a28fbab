import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { readAll, textCodec, textOf } from "../contract/topic-codec.ts";

const CYCLES = 20;
const CHILD = join(import.meta.dirname, "file-log-kill-child.ts");

interface Acknowledged {
  readonly partition: number;
  readonly offset: number;
  readonly size: number;
  readonly id: string;
}

test("after kill -9 under load every acknowledged append is there, and every append is there whole", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-kill-"));
  const acknowledged: Acknowledged[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    acknowledged.push(...(await appendUntilKilled(directory, cycle)));
    const topic = await createFileTopic({
      directory,
      name: "fairlead.test.v1",
      partitionCount: 2,
      codec: textCodec,
      clock: Date.now,
      segmentBytes: 200_000,
    });
    const stored = [(await readAll(topic, 0)).map(textOf), (await readAll(topic, 1)).map(textOf)];
    await topic.close();
    const missing = acknowledged.filter(({ partition, offset, size, id }) => {
      const texts = stored[partition]?.slice(offset, offset + size) ?? [];
      return texts.length !== size || !texts.every((text, index) => text.startsWith(`${id} ${index + 1} of ${size} `));
    });
    expect(missing).toEqual([]);
    expect(stored.flatMap(tornAppends)).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThan(CYCLES);
  await rm(directory, { recursive: true });
}, 90_000);

async function appendUntilKilled(directory: string, cycle: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, directory, String(cycle)], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(child.exitCode, "the child ended by itself").toBeNull();
  await delay(20 + cycle * 13);
  child.kill("SIGKILL");
  await once(child, "close");
  // The last line may be cut.
  return printed
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [partition, offset, size, id = ""] = line.split(" ");
      return { partition: Number(partition), offset: Number(offset), size: Number(size), id };
    });
}

/** Ids of appends of which some records are missing or not adjacent. */
function tornAppends(texts: readonly string[]): string[] {
  const torn: string[] = [];
  for (let at = 0; at < texts.length;) {
    const [id = "", first, , count = "1"] = texts[at]?.split(" ") ?? [];
    const size = Number(count);
    const isWhole =
      first === "1" &&
      texts.slice(at, at + size).every((text, index) => text.startsWith(`${id} ${index + 1} of ${size} `));
    if (!isWhole || at + size > texts.length) torn.push(id);
    at += isWhole ? size : 1;
  }
  return torn;
}
