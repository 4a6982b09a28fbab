/**
 * The process that takes a checkpoint: answers the one that forked it with the head, and ends.
 * Arguments: the data directory, and the end of the decision log by partition.
 */
import { createFileCheckpoints } from "../../core/adapters/embedded/file-checkpoints.ts";
import { belongToParent } from "../../core/adapters/embedded/own-process.ts";
import { openTopicReader } from "../../core/adapters/embedded/log/topic-reader.ts";
import { takeCheckpoint } from "../../core/protocol/take-checkpoint.ts";
import { createLogRecordCodec } from "../../core/wire/log-record-codec.ts";
import { checkpointDirectory, DECISIONS_TOPIC, logDirectory } from "./data-directory.ts";

belongToParent();

const [dataDir = "", ...ends] = process.argv.slice(2);
const decisions = await openTopicReader({
  directory: logDirectory(dataDir),
  name: DECISIONS_TOPIC,
  codec: createLogRecordCodec(),
  ends: ends.map(Number),
});
const head = await takeCheckpoint({ decisions, checkpoints: createFileCheckpoints(checkpointDirectory(dataDir)) });
await decisions.close();
process.send?.(head, () => process.disconnect());
