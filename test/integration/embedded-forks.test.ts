import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { DECISIONS_TOPIC, logDirectory } from "../../services/fairlead/processes/data-directory.ts";
import { startFairlead, startNode, type FairleadChild } from "../support/child-process.ts";

const CHECKPOINT_TAKER = fileURLToPath(new URL("../support/checkpoint-taker.ts", import.meta.url));
const WITHIN = { timeout: 20_000, interval: 20 };
/** Many times while Node starts a process. */
const SIGINT_EVERY_MS = 5;

describe("the processes that an embedded Fairlead forks", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "fairlead-own-process-"));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  async function start(): Promise<{ readonly fairlead: FairleadChild; readonly forkedPid: number }> {
    const settings = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_DEMO: "0" };
    const fairlead = startFairlead(["start"], settings, { ownGroup: true });
    await fairlead.until('"msg":"Listening"');
    const { pid } = fairlead.child;
    const forkedPids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    expect(forkedPids).toEqual([expect.any(Number)]);
    return { fairlead, forkedPid: forkedPids[0]! };
  }

  it("do not hear the Ctrl-C of a terminal: Fairlead stops without a fault, and they with it", async () => {
    const { fairlead, forkedPid } = await start();
    const exited = once(fairlead.child, "close");
    process.kill(-fairlead.child.pid!, "SIGINT");
    expect(await exited).toEqual([0, null]);
    expect(fairlead.output()).toContain('"msg":"Stopping"');
    expect(fairlead.output()).not.toMatch(/"level":"(?!info")|Error/u);
    expect(existsSync(`/proc/${forkedPid}`)).toBe(false);
  });

  it("end when Fairlead is killed", async () => {
    const { fairlead, forkedPid } = await start();
    await fairlead.stop("SIGKILL");
    await vi.waitFor(() => expect(existsSync(`/proc/${forkedPid}`)).toBe(false), WITHIN);
  });

  it("finish a checkpoint whatever a terminal says", async () => {
    const decisions = await createFileTopic({
      directory: logDirectory(dataDir),
      name: DECISIONS_TOPIC,
      partitionCount: 1,
      codec: createLogRecordCodec(),
      clock: Date.now,
    });
    await decisions.close();
    const taker = startNode([CHECKPOINT_TAKER, dataDir], {}, { ownGroup: true });
    const { child } = taker;
    const exited = once(child, "close");
    await taker.until("taking");
    const interrupt = (): boolean =>
      child.exitCode === null && child.signalCode === null && process.kill(-child.pid!, "SIGINT");
    const telling = setInterval(interrupt, SIGINT_EVERY_MS);
    try {
      await taker.until("taken");
    } finally {
      clearInterval(telling);
    }
    expect(await exited).toEqual([0, null]);
  });
});
