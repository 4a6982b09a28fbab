import { describe, expect, it } from "vitest";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { Attempts } from "../core/ports/attempts.ts";
import type { Batch, BatchVerdict, Entry } from "../core/ports/log.ts";
import { createSuspectMode } from "./suspect-mode.ts";

class Killed extends Error {}

/** What outlives the processes of a test: who has begun which work. */
function sharedAttempts() {
  const begun = new Map<string, Set<object>>();
  const shared = {
    begun,
    begins: 0,
    /** As one process sees it. */
    join(): Attempts {
      const process = {};
      return {
        begin(work) {
          shared.begins += 1;
          const processes = begun.get(work) ?? new Set();
          begun.set(work, processes.add(process));
          return Promise.resolve(processes.size);
        },
        end(work) {
          begun.delete(work);
          return Promise.resolve();
        },
      };
    },
  };
  return shared;
}

type SharedAttempts = ReturnType<typeof sharedAttempts>;
const recoverLedger = (): Promise<void> => Promise.resolve();

/** A process whose routing throws `Killed` on the given offset, without a chance to clean up. */
function startProcess(shared: SharedAttempts, killerOffset: number | null) {
  const attempts = shared.join();
  const routed: number[][] = [];
  const buried: number[] = [];
  let isDead = false;
  const mortal: Attempts = {
    begin: (work) => attempts.begin(work),
    end: (work) => (isDead ? Promise.resolve() : attempts.end(work)),
  };
  const route = createSuspectMode({
    attempts: mortal,
    recoverLedger,
    routeLeads(batch): Promise<BatchVerdict> {
      const offsets = batch.entries.map(({ offset }) => offset);
      if (killerOffset !== null && offsets.includes(killerOffset)) {
        isDead = true;
        return Promise.reject(new Killed());
      }
      routed.push(offsets);
      return Promise.resolve({ kind: "commit" });
    },
    buryKiller(_, { offset }) {
      buried.push(offset);
      return Promise.resolve(true);
    },
  });
  return { route, routed, buried };
}

function batchOf(...offsets: number[]): Batch<LeadRequest> {
  const entries = offsets.map((offset) => ({ offset }) as Entry<LeadRequest>);
  return { partition: 0, entries, endOffset: 6, stillOwned: () => true, heartbeat: () => Promise.resolve() };
}

describe("suspect mode", () => {
  it("costs a healthy process one count, and keeps its batches whole", async () => {
    const attempts = sharedAttempts();
    const { route, routed } = startProcess(attempts, null);
    for (const batch of [batchOf(0, 1, 2), batchOf(3, 4), batchOf(5)]) await route(batch);
    expect(routed).toEqual([[0, 1, 2], [3, 4], [5]]);
    expect([attempts.begins, attempts.begun.size]).toEqual([1, 0]);
  });

  it("routes the batch that a process died of one by one, and buries the killer at its third attempt", async () => {
    const attempts = sharedAttempts();
    for (let death = 1; death <= 3; death += 1) {
      const dying = startProcess(attempts, 1);
      await expect(dying.route(batchOf(0, 1, 2))).rejects.toThrow(Killed);
      expect(dying.routed).toEqual(death === 1 ? [] : [[0]]);
    }
    const survivor = startProcess(attempts, 1);
    expect(await survivor.route(batchOf(0, 1, 2))).toEqual({ kind: "commit" });
    expect([survivor.routed, survivor.buried]).toEqual([[[0], [2]], [1]]);
    expect(attempts.begun.size).toBe(0);
  });

  it("suspects a batch that does not follow its last one: others had the partition", async () => {
    const attempts = sharedAttempts();
    const { route } = startProcess(attempts, null);
    await route(batchOf(0, 1));
    await route(batchOf(2, 3));
    await route(batchOf(10));
    expect(attempts.begins).toBe(2);
  });

  it("counts a process once, however often it has to try", async () => {
    const attempts = sharedAttempts();
    let failures = 5;
    const batches: number[] = [];
    const route = createSuspectMode({
      attempts: attempts.join(),
      recoverLedger,
      routeLeads({ entries }) {
        batches.push(entries.length);
        return Promise.resolve(failures-- > 0 ? { kind: "retry", afterMs: 1 } : { kind: "commit" });
      },
      buryKiller: () => Promise.reject(new Error("Nobody is a killer.")),
    });
    while ((await route(batchOf(0, 1))).kind === "retry");
    expect(batches).toEqual([2, 2, 2, 2, 2, 2]);
    expect(attempts.begun.size).toBe(0);
  });

  it("buries nothing because the ledger goes away again and again while a suspect is in hand", async () => {
    const attempts = sharedAttempts();
    await attempts.join().begin("batch-0-0");
    let outages = 5;
    let isAway = false;
    const ledgerAway = (): Promise<never> => Promise.reject(new Error("The ledger is away."));
    const own = attempts.join();
    const route = createSuspectMode({
      attempts: { begin: own.begin, end: (work) => (isAway ? ledgerAway() : own.end(work)) },
      recoverLedger,
      routeLeads() {
        isAway = outages-- > 0;
        return isAway ? ledgerAway() : Promise.resolve({ kind: "commit" });
      },
      buryKiller: () => Promise.reject(new Error("Nobody is a killer.")),
    });
    for (let outage = 1; outage <= 5; outage += 1) {
      await expect(route(batchOf(0))).rejects.toThrow("The ledger is away.");
      isAway = false;
    }
    expect(await route(batchOf(0))).toEqual({ kind: "commit" });
    expect(attempts.begun.size).toBe(0);
  });

  it("counts no record for a process that dies while it recovers the ledger", async () => {
    const attempts = sharedAttempts();
    for (let death = 1; death <= 3; death += 1) {
      const route = createSuspectMode({
        attempts: attempts.join(),
        recoverLedger: () => Promise.reject(new Killed()),
        routeLeads: () => Promise.reject(new Killed()),
        buryKiller: () => Promise.reject(new Error("Nobody is a killer.")),
      });
      await expect(route(batchOf(0, 1))).rejects.toThrow(Killed);
    }
    const survivor = startProcess(attempts, null);
    expect(await survivor.route(batchOf(0, 1))).toEqual({ kind: "commit" });
    expect(survivor.routed).toEqual([[0], [1]]);
  });

  it("buries no record of another partition that was under way when the killer struck", async () => {
    const attempts = sharedAttempts();
    const buried: string[] = [];
    const nameOf = ({ partition, entries }: Pick<Batch<LeadRequest>, "partition" | "entries">): string =>
      entries.map(({ offset }) => `${partition}-${offset}`).join(" ");
    async function runOnce(): Promise<void> {
      const own = attempts.join();
      const death = Promise.withResolvers<never>();
      let isDead = false;
      // Nothing that a dead process awaits ever comes.
      const whileAlive = <T>(value: T): Promise<T> => (isDead ? new Promise(() => undefined) : Promise.resolve(value));
      const route = createSuspectMode({
        attempts: {
          begin: async (work) => whileAlive(await own.begin(work)),
          end: (work) => (isDead ? new Promise(() => undefined) : own.end(work)),
        },
        recoverLedger,
        async routeLeads(batch) {
          if (nameOf(batch).includes("1-0")) {
            isDead = true;
            death.reject(new Killed());
          }
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          return whileAlive<BatchVerdict>({ kind: "commit" });
        },
        buryKiller(partition, entry) {
          buried.push(nameOf({ partition, entries: [entry] }));
          return Promise.resolve(true);
        },
      });
      const batches = [0, 1, 2].map((partition) => ({ ...batchOf(0, 1), partition }));
      await Promise.race([death.promise, Promise.all(batches.map(route))]);
    }
    for (let count = 1; count <= 3; count += 1) await expect(runOnce()).rejects.toThrow(Killed);
    await runOnce();
    expect(buried).toEqual(["1-0"]);
  });

  it("tries one suspect at a time, of all partitions: no other is counted for its death", async () => {
    const attempts = sharedAttempts();
    for (const partition of [0, 1, 2]) await attempts.join().begin(`batch-${partition}-0`);
    let running = 0;
    let mostRunning = 0;
    const route = createSuspectMode({
      attempts: attempts.join(),
      recoverLedger,
      async routeLeads(): Promise<BatchVerdict> {
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        await Promise.resolve();
        running -= 1;
        return { kind: "commit" };
      },
      buryKiller: () => Promise.reject(new Error("Nobody is a killer.")),
    });
    await Promise.all([0, 1, 2].map((partition) => route({ ...batchOf(0, 1, 2), partition })));
    expect([mostRunning, attempts.begun.size]).toEqual([1, 0]);
  });
});
