import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { verify, type VerifyReport } from "../../services/auditor/verify.ts";
import { lockDataDirectory } from "../../services/core/adapters/embedded/log/data-directory-lock.ts";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import type { Codec } from "../../services/core/wire/codec.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import { startEmbedded, type RunningProcess } from "../../services/fairlead/processes/embedded.ts";
import { flowLogger, readDeadLetters, type Flow } from "./flow-open.ts";
import { until } from "./flow-until.ts";

type Settings = Readonly<Record<string, string>>;

/** All services in this process, on a data directory that is removed in the end. */
export async function openEmbeddedFlow(settings: Settings = {}): Promise<Flow> {
  const dataDir = await mkdtemp(join(tmpdir(), "fairlead-flow-"));
  const config = loadConfig({
    FAIRLEAD_DATA_DIR: dataDir,
    FAIRLEAD_HTTP_PORT: "0",
    FAIRLEAD_DEMO: "0",
    ...settings,
  });
  const start = (): Promise<RunningProcess> => startEmbedded(config, flowLogger());
  let running = await start();
  return {
    get capture() {
      return running.baseUrl;
    },
    get desk() {
      return running.baseUrl;
    },
    get planner() {
      return running.baseUrl;
    },
    async appendLeads(records) {
      // Nobody else may write to the log of a running process, so it is stopped for that long.
      await running.lifecycle.close();
      await appendRaw(dataDir, records);
      running = await start();
    },
    deadLetters: () => readDeadLetters(running.context.backing.log.deadLetters),
    verify: () => verifyAtRest(running.context.backing),
    async close() {
      await running.lifecycle.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Waits until every input is decided; leads that are parked are asked about again for ever, which changes nothing. */
export async function verifyAtRest({ log, store, ledger, planSource: plans }: Backing): Promise<VerifyReport> {
  return until(
    () => verify({ log, store, ledger, plans, clock: Date.now, wait: (ms) => delay(ms) }),
    ({ pendingInputs }) => pendingInputs === 0,
    { what: "all inputs to be decided" },
  );
}

/** Bytes as they are. */
export const rawCodec: Codec<Uint8Array> = {
  key: () => null,
  encode: (bytes) => bytes,
  decode: (value) => ({ ok: true, value }),
  eventType: "dev.fairlead.lead.v1",
};

async function appendRaw(dataDir: string, records: readonly Uint8Array[]): Promise<void> {
  const lock = await lockDataDirectory(dataDir);
  const topic = await createFileTopic({
    directory: join(dataDir, "log"),
    name: "fairlead.leads.v1",
    partitionCount: 4,
    codec: rawCodec,
    clock: Date.now,
  });
  await topic.append(0, records);
  await topic.close();
  await lock.release();
}
