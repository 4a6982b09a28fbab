import { lockDataDirectory } from "../../services/core/adapters/embedded/log/data-directory-lock.ts";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { textCodec } from "../contract/topic-codec.ts";

/** Appends until it is killed. Prints one line for each append, once it is acknowledged. */
const [directory = "", run = ""] = process.argv.slice(2);
await lockDataDirectory(directory);
const topic = await createFileTopic({
  directory,
  name: "fairlead.test.v1",
  partitionCount: 2,
  codec: textCodec,
  clock: Date.now,
  segmentBytes: 200_000,
});

async function appendForever(partition: number, writer: string): Promise<void> {
  for (let round = 0; ; round += 1) {
    const size = 1 + ((round * 7) % 40);
    const id = `${run}/${writer}/${round}`;
    const texts = Array.from(
      { length: size },
      (_, index) => `${id} ${index + 1} of ${size} ${"x".repeat((round * 13) % 300)}`,
    );
    const offset = await topic.append(partition, texts);
    process.stdout.write(`${partition} ${offset} ${size} ${id}\n`);
  }
}

await Promise.all([appendForever(0, "a"), appendForever(0, "b"), appendForever(1, "c"), appendForever(1, "d")]);
