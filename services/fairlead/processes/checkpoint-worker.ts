import { parentPort, workerData } from "node:worker_threads";
import { createFileCheckpoints } from "../../core/adapters/embedded/file-checkpoints.ts";
import { openTopicReader } from "../../core/adapters/embedded/log/topic-reader.ts";
import { takeCheckpoint } from "../../core/protocol/take-checkpoint.ts";
import { createLogRecordCodec } from "../../core/wire/log-record-codec.ts";
import { checkpointDirectory, DECISIONS_TOPIC, logDirectory } from "./data-directory.ts";

export interface CheckpointOrder {
  readonly dataDir: string;
  /** Ends of the decision log by partition. */
  readonly ends: readonly number[];
}

// The whole life of the thread: it answers with the head of the checkpoint that it took.
const { dataDir, ends } = workerData as CheckpointOrder;
const decisions = await openTopicReader({
  directory: logDirectory(dataDir),
  name: DECISIONS_TOPIC,
  codec: createLogRecordCodec(),
  ends,
});
try {
  const checkpoints = createFileCheckpoints(checkpointDirectory(dataDir));
  parentPort?.postMessage(await takeCheckpoint({ decisions, checkpoints }), []);
} finally {
  await decisions.close();
}
