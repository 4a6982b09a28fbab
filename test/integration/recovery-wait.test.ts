import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileTopic, type FileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import { Fault } from "../../services/core/domain/fault.ts";
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
    await control.append(0, [{ atMs: nowMs, startedBy: "other", records: 0 }]);
  });

  afterEach(async () => {
    await control.close();
    await decisions.close();
    await rm(directory, { recursive: true });
  });

  const recovery = (wait: (ms: number) => Promise<void>, log = decisions) =>
    createRecoverLedger({
      ledger: {
        readyEpoch: (tenantIds) => ledger.readyEpoch(tenantIds),
        open: (tenantId, epoch) => ledger.open(tenantId, epoch),
        seed: (epoch, tenants) => ledger.seed(epoch, tenants),
      },
      log: { control, decisions: log },
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

  it("takes over in its own time too, however far its clock is set back meanwhile", async () => {
    let waitedMs = 0;
    await recoverWith((ms) => {
      waitedMs += ms;
      nowMs += waitedMs === ms ? -3_600_000 : ms;
      return Promise.resolve();
    });
    expect(waitedMs).toBeLessThan(2 * PATIENCE_MS);
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
    await control.append(0, [{ atMs: 0, startedBy: "long ago", records: 0 }]);
    nowMs += 1_000_000;
    let waits = 0;
    await recoverWith(async () => {
      waits++;
      if (waits === 1) await control.append(0, [{ atMs: nowMs, startedBy: "other", records: 0 }]);
      else await ledger.seed(3, new Map([["t", []]]));
    });
    expect(await control.endOffset(0)).toBe(3);
    expect(waits).toBe(2);
  });

  describe("of more tenants than one", () => {
    let waits: number[];
    const recoverAll = (tenantIds: readonly string[], whileWaiting: () => Promise<void>) =>
      createRecoverLedger({
        ledger: tenantLedger,
        log: { control, decisions },
        checkpoints: null,
        tenantIds: () => tenantIds,
        clock: () => nowMs,
        startedBy: "us",
        async wait(ms) {
          waits.push(ms);
          await whileWaiting();
        },
        patienceMs: PATIENCE_MS,
      })();
    /** By tenant, as Redis activates them. */
    let epochs: Map<string, number>;
    let newTenantIds: Set<string>;
    const tenantLedger: Pick<Ledger, "readyEpoch" | "open" | "seed"> = {
      readyEpoch(tenantIds) {
        const found = new Set(tenantIds.map((tenantId) => epochs.get(tenantId) ?? null));
        const [common = null] = found;
        return Promise.resolve(found.size === 1 ? common : null);
      },
      open(tenantId, epoch) {
        if (!newTenantIds.delete(tenantId)) return Promise.resolve("known");
        epochs.set(tenantId, epoch);
        return Promise.resolve("opened");
      },
      seed(epoch, tenants) {
        for (const tenantId of tenants.keys()) epochs.set(tenantId, epoch);
        return Promise.resolve("activated");
      },
    };

    beforeEach(() => {
      waits = [];
      epochs = new Map();
      newTenantIds = new Set();
    });

    it("leaves it to the other as long as that activates one tenant after the other", async () => {
      const tenantIds = ["t1", "t2", "t3", "t4"];
      await recoverAll(tenantIds, () => {
        epochs.set(tenantIds[epochs.size]!, 1);
        return Promise.resolve();
      });
      expect(await control.endOffset(0)).toBe(1);
      expect(waits).toHaveLength(4);
    });

    it("opens a tenant that is new, without a recovery and at once", async () => {
      epochs.set("t", 1);
      newTenantIds.add("new");
      await recoverAll(["t", "new"], () => Promise.resolve());
      expect(epochs.get("new")).toBe(1);
      expect(await control.endOffset(0)).toBe(1);
      expect(waits).toEqual([]);
    });

    it("begins soon when that has ended and one of them was lost", async () => {
      epochs.set("t", 1);
      await recoverAll(["t", "lost"], () => Promise.resolve());
      expect(await control.endOffset(0)).toBe(2);
      expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(PATIENCE_MS);
    });

    it("takes over soon from one that died over the tenants", async () => {
      await recoverAll(["t1", "t2"], () => {
        epochs.set("t1", 1);
        return Promise.resolve();
      });
      expect(await control.endOffset(0)).toBe(2);
      expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(PATIENCE_MS);
    });
  });

  it.each([
    ["is superseded", () => Promise.resolve<"superseded">("superseded")],
    ["fails", () => Promise.reject(new Fault("LEDGER_UNAVAILABLE", "Away.", { retriable: true }))],
  ])("begins again soon when its own %s: nobody else is at it", async (_, firstSeeding) => {
    await ledger.seed(1, new Map([["t", []]]));
    const waits: number[] = [];
    const recover = recovery((ms) => Promise.resolve(void waits.push(ms)));
    await recover();
    ledger = { ...createMemoryLedger(), seed: firstSeeding };
    await recover().catch(() => undefined);
    expect(await control.endOffset(0)).toBe(2);
    ledger = createMemoryLedger();
    await recover();
    expect(await ledger.readyEpoch(["t"])).toBe(3);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(PATIENCE_MS);
  });

  it("waits as long as the other said that it has work, and no longer because the log is long", async () => {
    const barriers = Array.from({ length: 1_000 }, (): LogRecord => ({ type: "barrier", epoch: 1 }));
    for (let times = 0; times < 40; times += 1) await decisions.append(0, barriers);
    const RECORDS = 10_000;
    const startedMs = nowMs;
    await control.append(0, [{ atMs: nowMs, startedBy: "other", records: RECORDS }]);
    await recoverWith((ms) => {
      nowMs += ms;
      return Promise.resolve();
    });
    expect(nowMs - startedMs).toBeGreaterThan(PATIENCE_MS);
    expect(nowMs - startedMs).toBeLessThan(2 * PATIENCE_MS);
    expect(await ledger.readyEpoch(["t"])).toBe(3);
  });

  it("takes no ledger from a log that was read in part", async () => {
    nowMs += 1_000_000;
    const cut: typeof decisions = { ...decisions, readRange: (partition) => decisions.readRange(partition, 0, 1) };
    await decisions.append(0, [{ type: "barrier", epoch: 1 }]);
    await expect(recovery(() => Promise.resolve(), cut)()).rejects.toMatchObject({ code: "LOG_UNAVAILABLE" });
    expect(await ledger.readyEpoch(["t"])).toBeNull();
  });

  it("refuses a control topic that was made anew: all decisions of its epochs would be void", async () => {
    await decisions.append(0, [{ type: "barrier", epoch: 7 }]);
    nowMs += 1_000_000;
    await expect(recoverWith(() => Promise.resolve())).rejects.toMatchObject({ code: "LOG_CORRUPT", retriable: false });
    expect(await ledger.readyEpoch(["t"])).toBeNull();
  });
});
