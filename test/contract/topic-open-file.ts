import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { type OpenedTopic, textCodec } from "./topic-codec.ts";

/** Small segments, so that tests cross their borders. */
const SEGMENT_BYTES = 40_000;

export async function openFileTopic(partitionCount: number): Promise<OpenedTopic> {
  return openIn(await mkdtemp(join(tmpdir(), "fairlead-log-")), partitionCount);
}

async function openIn(directory: string, partitionCount: number): Promise<OpenedTopic> {
  const faults: unknown[] = [];
  const topic = await createFileTopic({
    directory,
    name: "fairlead.test.v1",
    partitionCount,
    codec: textCodec,
    clock: Date.now,
    onFault: (error) => faults.push(error),
    segmentBytes: SEGMENT_BYTES,
  });
  return {
    topic,
    faults,
    async reopen() {
      await topic.close();
      return openIn(directory, partitionCount);
    },
    async close() {
      await topic.close();
      await rm(directory, { recursive: true });
    },
  };
}
