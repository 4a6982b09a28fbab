import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Batch, BatchVerdict, ConsumableTopic, GroupReader } from "../../services/core/ports/log.ts";
import { type OpenTopic, type OpenedTopic, textOf } from "./topic-codec.ts";

const COMMIT: BatchVerdict = { kind: "commit" };
const WITHIN = { timeout: 20_000, interval: 10 };
const numbered = (count: number, prefix = "record") =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

/** What `GroupReader` of services/core/ports/log.ts promises, for any adapter. */
export function groupContract(name: string, open: OpenTopic): void {
  describe(`group contract: ${name}`, () => {
    let opened: OpenedTopic | undefined;
    let readers: GroupReader[] = [];
    const openTopic = async (partitionCount: number) => (opened = await open(partitionCount)).topic;
    const reopenTopic = async () => {
      await closeReaders();
      if (opened === undefined) throw new Error("Nothing is open.");
      opened = await opened.reopen();
      return opened.topic;
    };
    const closeReaders = async () => {
      const closing = readers;
      readers = [];
      await Promise.all(closing.map((reader) => reader.close()));
    };
    const consume = async (
      topic: ConsumableTopic<string>,
      handle: (batch: Batch<string>) => Promise<BatchVerdict>,
      { group = "readers", wants }: { readonly group?: string; readonly wants?: (bytes: Uint8Array) => boolean } = {},
    ) => {
      const reader = await topic.consume({ group, wants, handle });
      readers.push(reader);
      return reader;
    };
    afterEach(async () => {
      await closeReaders();
      await opened?.close();
      opened = undefined;
    });

    test("records from the first on, of before and after the start, arrive in order", async () => {
      const topic = await openTopic(2);
      const seen: string[][] = [[], []];
      await topic.append(0, numbered(600, "early"));
      await topic.append(1, numbered(3, "other"));
      await consume(topic, async ({ partition, entries }) => {
        expect(entries.length).toBeGreaterThan(0);
        expect(entries.length).toBeLessThanOrEqual(500);
        seen[partition]?.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen[0]).toHaveLength(600), WITHIN);
      await topic.append(0, numbered(5, "late"));
      await vi.waitFor(() => expect(seen[0]).toHaveLength(605), WITHIN);
      expect(seen).toEqual([[...numbered(600, "early"), ...numbered(5, "late")], numbered(3, "other")]);
    });

    test("what comes while a reader gathers is delivered together, and its place is stored when it leaves", async () => {
      const topic = await openTopic(1);
      const batches: string[][] = [];
      const reader = await topic.consume({
        group: "readers",
        keepsPlace: true,
        gatherMs: (records) => (records === 1 ? 2000 : 0),
        handle: async ({ entries }) => {
          batches.push(entries.map(textOf));
          return COMMIT;
        },
      });
      readers.push(reader);
      await topic.append(0, ["a"]);
      await vi.waitFor(() => expect(batches).toEqual([["a"]]), WITHIN);
      await topic.append(0, ["b"]);
      await topic.append(0, ["c"]);
      await vi.waitFor(() => expect(batches).toEqual([["a"], ["b", "c"]]), WITHIN);
      await reader.close();
      expect(await topic.committedOffsets("readers")).toEqual([3]);
    });

    test("what a reader does not want is not delivered, and is committed all the same", async () => {
      const topic = await openTopic(1);
      const seen: string[] = [];
      const wants = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString().endsWith("7");
      await topic.append(0, numbered(10, "some"));
      await consume(
        topic,
        async ({ entries }) => {
          seen.push(...entries.map(textOf));
          return COMMIT;
        },
        { wants },
      );
      await topic.append(0, ["nothing for it", "nor here"]);
      await vi.waitFor(async () => expect(await topic.committedOffsets("readers")).toEqual([12]), WITHIN);
      await topic.append(0, numbered(18, "more").slice(7));
      await vi.waitFor(async () => expect(await topic.committedOffsets("readers")).toEqual([23]), WITHIN);
      expect(seen).toEqual(["some 7", "more 7", "more 17"]);
    });

    test("`retry` delivers the same batch again after the delay, and nothing in between", async () => {
      const topic = await openTopic(1);
      await topic.append(0, numbered(700));
      const batches: { readonly atMs: number; readonly texts: string[] }[] = [];
      await consume(topic, async ({ entries }) => {
        batches.push({ atMs: performance.now(), texts: entries.map(textOf) });
        return batches.length <= 2 ? { kind: "retry", afterMs: 300 } : COMMIT;
      });
      await vi.waitFor(() => expect(batches.at(-1)?.texts.at(-1)).toBe("record 699"), WITHIN);
      const [first, second, third] = batches;
      expect(second?.texts).toEqual(first?.texts);
      expect(third?.texts).toEqual(first?.texts);
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(295);
      expect(batches.slice(2).flatMap(({ texts }) => texts)).toEqual(numbered(700));
    });

    test("a partition that retries does not hold up another", async () => {
      const topic = await openTopic(2);
      await topic.append(0, ["stuck"]);
      const seen: string[] = [];
      await consume(topic, async ({ partition, entries }) => {
        if (partition === 0) return { kind: "retry", afterMs: 60_000 };
        seen.push(...entries.map(textOf));
        return COMMIT;
      });
      for (let round = 0; round < 3; round += 1) {
        await topic.append(1, [`free ${round}`]);
        await vi.waitFor(() => expect(seen).toHaveLength(round + 1), WITHIN);
      }
    });

    test.each([new Error("plain"), new TypeError("bug"), new RangeError("bug")])(
      "a throw (%s) is a retry after 1 s, and counted",
      async (thrown) => {
        const topic = await openTopic(1);
        await topic.append(0, ["a", "b"]);
        const atMs: number[] = [];
        const seen: string[] = [];
        await consume(topic, async ({ entries }) => {
          atMs.push(performance.now());
          if (atMs.length === 1) throw thrown;
          seen.push(...entries.map(textOf));
          return COMMIT;
        });
        await vi.waitFor(() => expect(seen).toEqual(["a", "b"]), WITHIN);
        expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBeGreaterThanOrEqual(990);
        expect(opened?.faults).toEqual([thrown]);
      },
    );

    test("batches of one partition never overlap; those of different ones may", async () => {
      const topic = await openTopic(3);
      const running = new Set<number>();
      let mostRunning = 0;
      let overlaps = 0;
      const seen: string[] = [];
      for (const partition of [0, 1, 2]) await topic.append(partition, numbered(900, `p${partition}`));
      await consume(topic, async (batch) => {
        const { partition, entries } = batch;
        overlaps += running.has(partition) ? 1 : 0;
        running.add(partition);
        mostRunning = Math.max(mostRunning, running.size);
        await delay(40);
        await batch.heartbeat();
        running.delete(partition);
        seen.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen).toHaveLength(2700), WITHIN);
      expect(mostRunning).toBeGreaterThan(1);
      expect(overlaps).toBe(0);
      expect(new Set(seen).size).toBe(2700);
    });

    test("what was committed is not delivered after a restart, what was not is", async () => {
      const topic = await openTopic(2);
      await topic.append(0, numbered(5, "done"));
      await topic.append(1, numbered(2, "undone"));
      const done: string[] = [];
      await consume(topic, async ({ partition, entries }) => {
        if (partition === 1) return { kind: "retry", afterMs: 50 };
        done.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(done).toHaveLength(5), WITHIN);
      const again = await reopenTopic();
      expect(await again.committedOffsets("readers")).toEqual([5, 0]);
      expect(await again.committedOffsets("never seen")).toEqual([0, 0]);
      await again.append(0, ["new"]);
      const seen: string[] = [];
      await consume(again, async ({ entries }) => {
        seen.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen).toHaveLength(3), WITHIN);
      expect(seen.sort()).toEqual(["new", "undone 0", "undone 1"]);
    });

    test("close waits for the batch in flight and stores its commit", async () => {
      const topic = await openTopic(1);
      await topic.append(0, ["slow"]);
      let isDone = false;
      let wasOwned = false;
      const started = Promise.withResolvers<void>();
      const reader = await consume(topic, async (batch) => {
        started.resolve();
        await delay(400);
        wasOwned = batch.stillOwned();
        isDone = true;
        return COMMIT;
      });
      await started.promise;
      await reader.close();
      expect([isDone, wasOwned]).toEqual([true, true]);
      const again = await reopenTopic();
      await again.append(0, ["next"]);
      const seen: string[] = [];
      await consume(again, async ({ entries }) => {
        seen.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen).toContain("next"), WITHIN);
      expect(seen).toEqual(["next"]);
    });

    test("close gives a stuck batch 5 s, after which it is no longer owned and can't commit", async () => {
      const topic = await openTopic(1);
      await topic.append(0, ["stuck"]);
      const started = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const finished = Promise.withResolvers<boolean>();
      const reader = await consume(topic, async (batch) => {
        started.resolve();
        await release.promise;
        finished.resolve(batch.stillOwned());
        return COMMIT;
      });
      await started.promise;
      const beganMs = performance.now();
      await reader.close();
      expect(performance.now() - beganMs).toBeLessThan(7000);
      release.resolve();
      expect(await finished.promise).toBe(false);
      const { faults } = opened!;
      const again = await reopenTopic();
      const seen: string[] = [];
      await consume(again, async ({ entries }) => {
        seen.push(...entries.map(textOf));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen).toEqual(["stuck"]), WITHIN);
      // Not even tried: by then the positions may be another reader's.
      expect(faults).toEqual([]);
    });

    test("poison entries come through with their bytes", async () => {
      const topic = await openTopic(1);
      await topic.append(0, ["good", "undecodable thing", "good"]);
      const seen: string[] = [];
      await consume(topic, async ({ entries }) => {
        seen.push(...entries.map((entry) => `${entry.kind} ${textOf(entry)}`));
        return COMMIT;
      });
      await vi.waitFor(() => expect(seen).toHaveLength(3), WITHIN);
      expect(seen).toEqual(["value good", "poison undecodable thing", "value good"]);
    });

    test("groups are independent", async () => {
      const topic = await openTopic(1);
      await topic.append(0, numbered(4));
      const seen: Record<string, string[]> = { one: [], two: [] };
      for (const group of ["one", "two"]) {
        const handle = async ({ entries }: Batch<string>) => {
          seen[group]?.push(...entries.map(textOf));
          return COMMIT;
        };
        await consume(topic, handle, { group });
      }
      await vi.waitFor(() => expect(seen).toEqual({ one: numbered(4), two: numbered(4) }), WITHIN);
    });
  });
}
