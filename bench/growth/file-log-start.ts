/**
 * Opens the file log of a folder and makes a ledger of it, as the start of an embedded process does, or takes a checkpoint
 * (`take`); writes a sample for its parent.
 */
import { createFileCheckpoints } from "../../services/core/adapters/embedded/file-checkpoints.ts";
import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import type { Checkpoints } from "../../services/core/ports/checkpoints.ts";
import { createRecoverLedger } from "../../services/core/protocol/recover-ledger.ts";
import { takeCheckpoint } from "../../services/core/protocol/take-checkpoint.ts";
import { TENANT } from "../pipeline/lead-pool.ts";
import { residentMb } from "../embedded/resident-memory.ts";
import { openFileLog } from "./file-log-topics.ts";

export interface StartSample {
  readonly openMs: number;
  /** From opening the log to a ledger that may be reserved in, or to a checkpoint. */
  readonly readyMs: number;
  readonly recordsRead: number;
  readonly residentMb: number;
}

const [directory = "", from] = process.argv.slice(2);
const startedMs = performance.now();
const log = await openFileLog(directory);
const openMs = performance.now() - startedMs;
const checkpoints = createFileCheckpoints(directory);
let recordsRead = 0;
if (from === "take") await takeCheckpoint({ decisions: log.decisions, checkpoints });
else await recover(from === "checkpoint" ? checkpoints : null);
const readyMs = performance.now() - startedMs;
const sample: StartSample = {
  openMs: Math.round(openMs),
  readyMs: Math.round(readyMs),
  recordsRead,
  residentMb: residentMb(process.pid),
};
process.stdout.write(JSON.stringify(sample));
await log.close();

function recover(ownCheckpoints: Checkpoints | null): Promise<void> {
  return createRecoverLedger({
    log,
    ledger: createMemoryLedger(),
    checkpoints: ownCheckpoints,
    tenantIds: () => [TENANT],
    clock: Date.now,
    startedBy: "bench",
    wait: () => Promise.resolve(),
    patienceMs: 0,
    onProgress(progress) {
      if (progress.step === "folded") recordsRead = progress.records;
    },
  })();
}
