import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileTopic, type FileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import type { RecoveryStart } from "../../services/core/ports/log.ts";
import { createRecoverLedger } from "../../services/core/protocol/recover-ledger.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { createRecoveryStartCodec } from "../../services/core/wire/recovery-start-codec.ts";

const PATIENCE_MS = 1_000;

describe("a recovery that finds another one under way", () => {
  let directory: string;
  let control: FileTopic<RecoveryStart>;
  let decisions: FileTopic<LogRecord>;
  let ledger: Ledger;
  let nowMs: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairlead-recovery-"));
    nowMs = 1_000_000;
    const clock = (): number => nowMs;
    const common = { directory, partitionCount: 1, clock };
    control = await createFileTopic({ ...common, name: "control", codec: createRecoveryStartCodec() });
    decisions = await createFileTopic({ ...common, name: "decisions", codec: createLogRecordCodec() });
    ledger = createMemoryLedger();
    await control.append(0, [{ atMs: nowMs, startedBy: "other" }]);
  });

  afterEach(async () => {
    await control.close();
    await decisions.close();
    await rm(directory, { recursive: true });
  });

  const recoverWith = (wait: (ms: number) => Promise<void>) =>
    createRecoverLedger({
      ledger,
      log: { control, decisions },
      checkpoints: null,
      tenantIds: () => ["t"],
      clock: () => nowMs,
      startedBy: "us",
      wait,
      patienceMs: PATIENCE_MS,
    })();

  it("leaves it to the other, and goes on when that has ended", async () => {
    await recoverWith(async () => {
      await ledger.seed(1, new Map([["t", []]]));
    });
    expect(await control.endOffset(0)).toBe(1);
    expect(await ledger.readyEpoch(["t"])).toBe(1);
  });

  it("takes over from one that died, when its time is up and not before", async () => {
    const startedMs = nowMs;
    await recoverWith((ms) => {
      nowMs += ms;
      return Promise.resolve();
    });
    expect(nowMs - startedMs).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect(nowMs - startedMs).toBeLessThan(2 * PATIENCE_MS);
    expect(await ledger.readyEpoch(["t"])).toBe(2);
  });

  it("does not wait when the newest recovery has ended and only a new tenant is missing", async () => {
    await ledger.seed(1, new Map([["t", []]]));
    let waits = 0;
    const recover = createRecoverLedger({
      ledger,
      log: { control, decisions },
      checkpoints: null,
      tenantIds: () => ["t", "new"],
      clock: () => nowMs,
      startedBy: "us",
      wait: () => Promise.resolve(void waits++),
      patienceMs: PATIENCE_MS,
    });
    await recover();
    expect(waits).toBe(0);
    expect(await ledger.readyEpoch(["t", "new"])).toBe(2);
  });
});
