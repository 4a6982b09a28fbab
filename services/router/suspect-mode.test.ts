import { describe, expect, it } from "vitest";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { Attempts } from "../core/ports/attempts.ts";
import type { Batch, BatchVerdict, Entry } from "../core/ports/log.ts";
import { createSuspectMode } from "./suspect-mode.ts";

class Killed extends Error {}

/** Counts that outlive the processes of a test. */
function memoryAttempts(): Attempts & { readonly counts: Map<string, number>; begins: number } {
  const counts = new Map<string, number>();
  return {
    counts,
    begins: 0,
    begin(work) {
      this.begins += 1;
      counts.set(work, (counts.get(work) ?? 0) + 1);
      return Promise.resolve(counts.get(work) ?? 0);
    },
    end(work) {
      counts.delete(work);
      return Promise.resolve();
    },
  };
}

/** A process whose routing throws `Killed` on the given offset, without a chance to clean up. */
function startProcess(attempts: Attempts, killerOffset: number | null) {
  const routed: number[][] = [];
  const buried: number[] = [];
  let isDead = false;
  const mortal: Attempts = {
    begin: (work) => attempts.begin(work),
    end: (work) => (isDead ? Promise.resolve() : attempts.end(work)),
  };
  const route = createSuspectMode({
    attempts: mortal,
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
    const attempts = memoryAttempts();
    const { route, routed } = startProcess(attempts, null);
    for (const batch of [batchOf(0, 1, 2), batchOf(3, 4), batchOf(5)]) await route(batch);
    expect(routed).toEqual([[0, 1, 2], [3, 4], [5]]);
    expect([attempts.begins, attempts.counts.size]).toEqual([1, 0]);
  });

  it("routes the batch that a process died of one by one, and buries the killer at its third attempt", async () => {
    const attempts = memoryAttempts();
    for (let death = 1; death <= 3; death += 1) {
      const dying = startProcess(attempts, 1);
      await expect(dying.route(batchOf(0, 1, 2))).rejects.toThrow(Killed);
      expect(dying.routed).toEqual(death === 1 ? [] : [[0]]);
    }
    const survivor = startProcess(attempts, 1);
    expect(await survivor.route(batchOf(0, 1, 2))).toEqual({ kind: "commit" });
    expect([survivor.routed, survivor.buried]).toEqual([[[0], [2]], [1]]);
    expect(attempts.counts.size).toBe(0);
  });

  it("suspects a batch that does not follow its last one: others had the partition", async () => {
    const attempts = memoryAttempts();
    const { route } = startProcess(attempts, null);
    await route(batchOf(0, 1));
    await route(batchOf(2, 3));
    await route(batchOf(10));
    expect(attempts.begins).toBe(2);
  });

  it("counts a process once, however often it has to try", async () => {
    const attempts = memoryAttempts();
    let failures = 5;
    const route = createSuspectMode({
      attempts,
      routeLeads: () => Promise.resolve(failures-- > 0 ? { kind: "retry", afterMs: 1 } : { kind: "commit" }),
      buryKiller: () => Promise.reject(new Error("Nobody is a killer.")),
    });
    while ((await route(batchOf(0, 1))).kind === "retry");
    expect([attempts.begins, attempts.counts.size]).toEqual([1, 0]);
  });

  it("buries no record of another partition that was under way when the killer struck", async () => {
    const attempts = memoryAttempts();
    const buried: string[] = [];
    const nameOf = ({ partition, entries }: Pick<Batch<LeadRequest>, "partition" | "entries">): string =>
      entries.map(({ offset }) => `${partition}-${offset}`).join(" ");
    async function runOnce(): Promise<void> {
      const death = Promise.withResolvers<never>();
      let isDead = false;
      // Nothing that a dead process awaits ever comes.
      const whileAlive = <T>(value: T): Promise<T> => (isDead ? new Promise(() => undefined) : Promise.resolve(value));
      const route = createSuspectMode({
        attempts: {
          begin: async (work) => whileAlive(await attempts.begin(work)),
          end: (work) => (isDead ? new Promise(() => undefined) : attempts.end(work)),
        },
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
    const attempts = memoryAttempts();
    for (const partition of [0, 1, 2]) attempts.counts.set(`batch-${partition}-0`, 1);
    let running = 0;
    let mostRunning = 0;
    const route = createSuspectMode({
      attempts,
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
    expect([mostRunning, attempts.counts.size]).toEqual([1, 0]);
  });
});
