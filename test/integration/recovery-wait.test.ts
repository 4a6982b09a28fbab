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
    nowMs = 10_000_000;
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

  const recovery = (wait: (ms: number) => Promise<void>) =>
    createRecoverLedger({
      ledger: {
        readyEpoch: (tenantIds) => ledger.readyEpoch(tenantIds),
        seed: (epoch, tenants) => ledger.seed(epoch, tenants),
      },
      log: { control, decisions },
      checkpoints: null,
      tenantIds: () => ["t"],
      clock: () => nowMs,
      startedBy: "us",
      wait,
      patienceMs: PATIENCE_MS,
    });
  const recoverWith = (wait: (ms: number) => Promise<void>) => recovery(wait)();

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

  it("takes over in its own time too, however late the clock of the log is", async () => {
    const startedMs = nowMs;
    nowMs -= 3_600_000;
    await recoverWith((ms) => {
      nowMs += ms;
      return Promise.resolve();
    });
    expect(nowMs - (startedMs - 3_600_000)).toBeLessThan(2 * PATIENCE_MS);
    expect(await ledger.readyEpoch(["t"])).toBe(2);
  });

  it("does not wait for its end again when the ledger is lost after it", async () => {
    const waits: number[] = [];
    const recover = recovery(async (ms) => void waits.push(ms));
    await ledger.seed(1, new Map([["t", []]]));
    await recover();
    expect(waits).toEqual([]);
    ledger = createMemoryLedger();
    await recover();
    expect(await ledger.readyEpoch(["t"])).toBe(2);
    // Its turn, in case that others have lost the same.
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThan(500);
  });

  it("leaves it to one that began in the meantime, if all were fenced at once", async () => {
    await control.append(0, [{ atMs: 0, startedBy: "long ago" }]);
    nowMs += 1_000_000;
    let waits = 0;
    await recoverWith(async () => {
      waits++;
      if (waits === 1) await control.append(0, [{ atMs: nowMs, startedBy: "other" }]);
      else await ledger.seed(3, new Map([["t", []]]));
    });
    expect(await control.endOffset(0)).toBe(3);
    expect(waits).toBe(2);
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
