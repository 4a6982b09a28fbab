import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { createRecoveryStartCodec } from "../../services/core/wire/recovery-start-codec.ts";
import { DECISIONS_TOPIC } from "../../services/fairlead/processes/data-directory.ts";

/** As many as an embedded process has. */
export const PARTITIONS = 4;

/** The topics that a ledger is made of. */
export async function openFileLog(directory: string) {
  const common = { directory, clock: Date.now };
  const decisions = await createFileTopic({
    ...common,
    name: DECISIONS_TOPIC,
    partitionCount: PARTITIONS,
    codec: createLogRecordCodec(),
  });
  const control = await createFileTopic({
    ...common,
    name: "fairlead.control.v1",
    partitionCount: 1,
    codec: createRecoveryStartCodec(),
  });
  return {
    decisions,
    control,
    async close() {
      await decisions.close();
      await control.close();
    },
  };
}
